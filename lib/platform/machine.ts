import { fileText } from "../model/mod.ts";
import type { PlatformSetup } from "./kind.ts";

/** Where keys are looked for on this machine: its environment and its files. */
export const thisMachine: Pick<PlatformSetup, "variable" | "readFile"> = {
  variable: (name) => Deno.env.get(name),
  async readFile(path) {
    try {
      return fileText(await Deno.readFile(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
};
