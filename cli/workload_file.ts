import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { asWorkload, atPlace, expressionsOf, type Workload, WorkloadError } from "../lib/model/mod.ts";
import { didYouMean } from "./options.ts";

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
  const { checkExpressions } = await import("../lib/expression/mod.ts");
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

/**
 * Keeps some chains of a workload.
 *
 * @throws {WorkloadError} if one is not there
 */
export function onlyChains(workload: Workload, names: readonly string[]): Workload {
  if (names.length === 0) return workload;
  const known = workload.chains.map(({ chain }) => chain.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new WorkloadError(
      "unknown-chain",
      `Cannot find the chain "${unknown}"${didYouMean(unknown, known)} The workload has ${known.join(", ")}`,
    );
  }
  return { ...workload, chains: workload.chains.filter(({ chain }) => names.includes(chain.name)) };
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
  try {
    return await import(pathToFileURL(absolute).href);
  } catch (cause) {
    if (cause instanceof WorkloadError) throw cause.at({ file: path });
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    throw new WorkloadError(failed, `it cannot be loaded: ${reason}`, { file: path }, { cause });
  }
}
