import { WorkloadError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { Workload } from "./workload.ts";

/**
 * Keeps some chains of a workload.
 *
 * @param names those of the chains; empty: all are kept
 * @throws {WorkloadError} if one is not there
 */
export function onlyChains(workload: Workload, names: readonly string[]): Workload {
  if (names.length === 0) return workload;
  const known = new Set(workload.chains.map(({ chain }) => chain.name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) {
    return { ...workload, chains: workload.chains.filter(({ chain }) => names.includes(chain.name)) };
  }
  const near = nearest(unknown, known);
  const some = [...known].slice(0, SHOWN).join(", ") + (known.size > SHOWN ? ", …" : "");
  throw new WorkloadError(
    "unknown-chain",
    `Cannot find the chain "${unknown}"${
      near === undefined ? "." : `; did you mean "${near}"?`
    } The workload has ${some}`,
  );
}

/** Most names that a message lists. */
const SHOWN = 100;
