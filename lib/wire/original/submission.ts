import type { Instance } from "../../model/mod.ts";
import { chainNumber, functionNumbers, instanceNumber } from "./ids.ts";

/**
 * The line that the original's producers write to `producer_side_logging_queue` of an instance: what its consumer knows of
 * arrivals, for its fair share of functions, and of priorities, for its strict one; a function that no line names is never run
 * under the latter. Priorities are 1 for the most urgent function of the chain, and so on; functions without one come last, in
 * the order of their ids.
 *
 * @param atMs when it is submitted, in milliseconds since 1970
 */
export function originalSubmission(instance: Instance, atMs: number): string {
  const { chain } = instance, numbers = functionNumbers(chain);
  const priorities = new Map(chain.nodes.map(({ fn: { name, priority = Infinity } }) => [name, priority]));
  const ids = [...new Set(numbers.values())];
  const urgent = [...numbers].sort(([a, idA], [b, idB]) =>
    priorities.get(a)! - priorities.get(b)! || idA - idB
  );
  const ranks = new Map<number, number>();
  for (const [, id] of urgent) if (!ranks.has(id)) ranks.set(id, ranks.size + 1);
  const listed = [...ranks].sort(([a], [b]) => a - b).map(([id, rank]) => `'${id}': ${rank}`);
  return `producerSide-start-${pythonSeconds(atMs)}-{'instanceId': ${instanceNumber(instance)}, ` +
    `'chainId': ${chainNumber(chain.name)}, 'chainFunctionIdList': [${ids.join(", ")}], ` +
    `'extras': [{'functionPriorities': {${listed.join(", ")}}}]}`;
}

/** Seconds as Python's `str(time.time())` writes them. */
function pythonSeconds(atMs: number): string {
  const text = String(atMs / 1000);
  return text.includes(".") ? text : `${text}.0`;
}
