import { fileText } from "../model/mod.ts";
import type { PlatformSetup } from "./kind.ts";

/** Where keys are looked for on this machine: its environment and its files. */
export const thisMachine: Pick<PlatformSetup, "variable" | "readFile"> = {
  variable: (name) => Deno.env.get(name),
  async readFile(path, maxBytes) {
    try {
      if (maxBytes !== undefined) await checkLength(path, maxBytes);
      return fileText(await Deno.readFile(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
};

/** Refuses a file before it is opened, as to open a pipe may take for ever. */
async function checkLength(path: string, maxBytes: number): Promise<void> {
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) throw new TypeError("it is no regular file");
  if (size > maxBytes) {
    throw new RangeError(`it has ${size} bytes, more than ${maxBytes}`);
  }
}
