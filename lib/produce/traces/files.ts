import { join } from "node:path";
import { LineTooLong } from "../../record/mod.ts";
import { TraceError } from "./error.ts";
import { TRACE_FORMATS, traceFormatOf } from "./formats.ts";
import type { TraceFormat } from "./trace.ts";

/** Files of one format. */
export interface TraceFiles {
  /** In the order in which they are read; one at least. */
  readonly paths: readonly string[];
  /** Undefined: the heading of the only file is that of no trace. */
  readonly format: TraceFormat | undefined;
}

const byNumber = new Intl.Collator("en", { numeric: true });

/**
 * The files of a trace: a folder stands for the traces in it, in the order of their names, `day_9.csv` before `day_10.csv`.
 *
 * @throws {TraceError} if a folder has none, one is named twice, or they are not of one format
 * @throws {Deno.errors.NotFound} if there is no such file, and whatever the system says of it
 */
export async function traceFiles(named: readonly string[]): Promise<TraceFiles> {
  const paths: string[] = [];
  for (const path of named) paths.push(...await filesOf(path));
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) {
    throw new TraceError("bad-trace", `Cannot read ${twice} twice. Name each file of a trace once`);
  }
  const [first = ""] = paths, format = await traceFormatOf(first);
  for (const path of paths.slice(1)) {
    const other = await traceFormatOf(path);
    if (format !== undefined && other === format) continue;
    throw new TraceError(
      "bad-trace",
      `Cannot read ${first} and ${path} as one trace: ${format?.name ?? "no trace"} and ${
        other?.name ?? "no trace"
      }. Name files of one format`,
    );
  }
  return { paths, format };
}

/** The file itself, or the traces of a folder. */
async function filesOf(path: string): Promise<string[]> {
  const { isFile, isDirectory } = await Deno.stat(path);
  if (isDirectory) return await tracesIn(path);
  if (isFile) return [path];
  throw new TraceError(
    "bad-trace",
    `Cannot read ${path}: it is no file, and a trace is read more than once. Write it to one`,
  );
}

async function tracesIn(folder: string): Promise<string[]> {
  const names = new Set<string>(); // as many as the folder has
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && /\.(csv|txt)(\.gz)?$/.test(name)) names.add(name);
  }
  const paths: string[] = [];
  for (const name of [...names].sort(byNumber.compare)) {
    const isCopy = name.endsWith(".gz") && names.has(name.slice(0, -3));
    if (!isCopy && await isTrace(join(folder, name))) paths.push(join(folder, name));
  }
  if (paths.length > 0) return paths;
  const formats = TRACE_FORMATS.map(({ name }) => name).join(", ");
  throw new TraceError(
    "unknown-trace",
    `Cannot read ${folder}: it is a folder, and no file in it has the heading of a trace (${formats}). Name a file`,
  );
}

async function isTrace(path: string): Promise<boolean> {
  try {
    return await traceFormatOf(path) !== undefined;
  } catch (error) {
    if (error instanceof TraceError || error instanceof LineTooLong) return false; // it is empty, or no text
    throw error;
  }
}
