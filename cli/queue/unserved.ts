import { type Chain, type FunctionSpec, kindOf } from "../../lib/model/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import type { UnservedFunction } from "../../lib/scheduler/mod.ts";
import { localAddress } from "../assembly.ts";

/** The oldest instances that have not ended: at most this many are looked through for functions that wait. */
const LOOKED_AT = 200;

/**
 * The functions of instances that have not ended that nobody serves at the local platform, asked from here: those with a body,
 * and if the platform is named, also those that it would model.
 *
 * @param local where the local platform is, if it is named
 */
export async function unservedIn(queue: QueueDriver, local?: string): Promise<UnservedFunction[]> {
  const wanted = new Map<string, FunctionSpec>();
  for await (
    const { instance, progress } of queue.list({ states: ["queued", "running"], limit: LOOKED_AT })
  ) {
    const done = new Set(progress.filter(({ item }) => item === undefined).map(({ node }) => node));
    for (const fn of functionsLeft(instance.chain, done)) {
      const kind = kindOf(fn);
      if (kind === "served" || (kind === "modelled" && local !== undefined)) wanted.set(fn.name, fn);
    }
  }
  if (wanted.size === 0) return [];
  const { LocalPlatform, parseAddress } = await import("../../lib/platform/mod.ts");
  const address = local ?? await localAddress();
  parseAddress(address);
  await using platform = new LocalPlatform({ address });
  const unserved: UnservedFunction[] = [];
  for (const fn of wanted.values()) {
    const reason = await platform.unserved(fn);
    if (reason !== undefined) unserved.push({ function: fn.name, reason });
  }
  return unserved;
}

/** The functions of a chain's nodes that have not settled. Called chains have instances of their own, with their own functions. */
function functionsLeft({ nodes, onFailed }: Chain, done: ReadonlySet<number>): FunctionSpec[] {
  return nodes.filter(({ calls }, i) => calls === undefined && i !== onFailed && !done.has(i)).map(({ fn }) =>
    fn
  );
}

/** A line for each reason, with the functions that it keeps waiting. */
export function unservedLines(unserved: readonly UnservedFunction[]): string[] {
  const reasons = Map.groupBy(unserved, (fn) => fn.reason.replace(`function ${fn.function} `, ""));
  return [...reasons].map(([reason, fns]) =>
    fns.length === 1 ? fns[0]!.reason : `functions ${fns.map((fn) => fn.function).join(", ")}: each ${reason}`
  );
}
