import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";
import {
  asWorkload,
  atPlace,
  expressionsOf,
  onlyChains,
  type Workload,
  WorkloadError,
} from "../../lib/model/mod.ts";

/**
 * Imports a workload module and reads its default export.
 *
 * @throws {WorkloadError} naming the file, and what is wrong with it
 */
export async function loadWorkload(path: string): Promise<Workload> {
  const module = await importFile(path, "not-found", "load-failed");
  const workload = atPlace({ file: path }, () => asWorkload(module.default));
  await checkExpressionsOf(workload, path);
  return workload;
}

/** Checks the expressions of a workload; the code that reads them is loaded only if there are some. */
async function checkExpressionsOf({ chains }: Workload, file: string): Promise<void> {
  const having = chains.map(({ chain }) => chain).filter((chain) => expressionsOf(chain).length > 0);
  if (having.length === 0) return;
  const { checkExpressions } = await import("../../lib/expression/mod.ts");
  try {
    for (const chain of having) await checkExpressions(chain);
  } catch (error) {
    throw error instanceof WorkloadError ? error.at({ file }) : error;
  }
}

/** Imports several and puts them together. */
export async function loadWorkloads(paths: readonly string[]): Promise<Workload> {
  const all = await Promise.all(paths.map(loadWorkload));
  if (all.length === 1) return all[0]!;
  const arrivals = all.find((one) => one.arrivals !== undefined)?.arrivals;
  return asWorkload({
    chains: all.flatMap(({ chains }) => chains),
    ...(arrivals === undefined ? {} : { arrivals }),
  });
}

/** Imports the workloads that a command line names, or only some of their chains; undefined: it names none. */
export async function workloadOf(
  paths: readonly string[],
  chains: readonly string[],
): Promise<Workload | undefined> {
  return paths.length === 0 ? undefined : onlyChains(await loadWorkloads(paths), chains);
}

/** Imports a module of the user's by its path. */
export async function importFile(
  path: string,
  missing: "not-found",
  failed: "load-failed",
): Promise<{ readonly default?: unknown }> {
  const absolute = resolve(path);
  let isFile = false;
  try {
    isFile = (await Deno.stat(absolute)).isFile;
  } catch {
    // it says below what is missing
  }
  if (!isFile) {
    throw new WorkloadError(
      missing,
      "there is no such file. Name a .ts or .js module, as workloads/fan7.ts",
      { file: path },
    );
  }
  const { href } = pathToFileURL(absolute);
  try {
    return await import(href);
  } catch (cause) {
    if (cause instanceof WorkloadError) throw cause.at({ file: path });
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    const place = cause instanceof Error ? await placeIn(href, cause) : "";
    throw new WorkloadError(failed, `it cannot be loaded: ${reason}${place}`, { file: path }, { cause });
  }
}

/**
 * Where a module of the user's has thrown, or cannot be read: its own line, or the file and line of a module that it imports.
 *
 * @returns text to append to a message; empty if the error does not say
 */
async function placeIn(href: string, { message, stack = "" }: Error): Promise<string> {
  const { stripVTControlCharacters: plain } = await import("node:util"); // Deno colours the places of imports
  const placesOf = (text: string) => [...plain(text).matchAll(/(file:\/\/\S+?):(\d+):(\d+)/g)];
  const [, url, line, column] = placesOf(message)[0] ?? placesOf(stack).find(([, url]) => url === href) ?? [];
  if (url === undefined) return "";
  return ` (${url === href ? "" : `${fileURLToPath(url)}, `}line ${line}, column ${column})`;
}
