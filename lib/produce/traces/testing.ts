/** Files for the tests of traces. */
import { dirname, join } from "node:path";
import { traceFiles } from "./files.ts";
import { formatNamed } from "./formats.ts";
import type { SampleFunction } from "./population.ts";
import type { FunctionTrace, Selection } from "./trace.ts";

/** A folder that is removed at the end of the scope. */
export class TempFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TempFolder> {
    return new TempFolder(await Deno.makeTempDir());
  }

  /** Writes a file of lines. @returns its path */
  async write(name: string, lines: Iterable<string>): Promise<string> {
    const path = join(this.path, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, [...lines, ""].join("\n"));
    return path;
  }

  /** Writes a sample. @returns the path of the file that is read */
  async sample(format: string, functions: readonly SampleFunction[], minutes: number): Promise<string> {
    const paths: string[] = [];
    for (const { path, lines } of formatNamed(format)!.sample(functions, minutes)) {
      paths.push(await this.write(path, lines));
    }
    return paths[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Reads a trace of whatever format. */
export async function readTrace(
  named: string | readonly string[],
  selection: Partial<Selection> = {},
): Promise<FunctionTrace> {
  const { paths, format } = await traceFiles(typeof named === "string" ? [named] : named);
  if (format === undefined) throw new Error(`${named} has no heading of a trace`);
  return await format.read(paths, { keeps: () => true, ...selection });
}
