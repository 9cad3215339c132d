import { type Instance, sampleMs, seededRandom } from "../model/mod.ts";
import { type Load, plannedInstances } from "../produce/mod.ts";
import type { Arrival } from "./arrival.ts";
import { KeyedRandom } from "./keyed_random.ts";
import { unfold } from "./unfold.ts";

/**
 * The arrivals of a load, in virtual time from `startMs` on. The same seed gives the same instances at the same times, each
 * of whose nodes takes the same time to run, whatever is done with them. Chains that decide are unfolded.
 *
 * @param items how many items each map has
 */
export function* plannedArrivals(load: Load, startMs = 0, items = 1): Generator<Arrival> {
  const chains = load.workload.chains.map((entry) => ({ ...entry, chain: unfold(entry.chain, items) }));
  const plain = { ...load, workload: { ...load.workload, chains } };
  const times = new KeyedRandom(Math.floor(seededRandom(`${load.seed}/times`).next() * 2 ** 32));
  let number = 0;
  for (const instance of plannedInstances(plain, seededRandom(`${load.seed}/ids`), startMs)) {
    yield new PlannedArrival(instance, number++, times);
  }
}

class PlannedArrival implements Arrival {
  constructor(readonly instance: Instance, readonly number: number, readonly times: KeyedRandom) {}

  runMs(node: number): number {
    const { time } = this.instance.chain.nodes[node]!.fn;
    return time === undefined ? 0 : sampleMs(time, this.times.at(this.number, node));
  }

  fails(): boolean {
    return false;
  }
}
