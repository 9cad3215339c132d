import { type Instance, sampleMs, seededRandom } from "../model/mod.ts";
import { type Load, plannedInstances } from "../produce/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";
import type { Arrival, CallCourse } from "./arrival.ts";
import { KeyedRandom } from "./keyed_random.ts";

/**
 * The arrivals of a load, in virtual time from `startMs` on. The same seed gives the same instances at the same times, each
 * of whose nodes takes the same time to run, whatever is done with them.
 */
export function* plannedArrivals(load: Load, startMs = 0): Generator<Arrival> {
  const times = new KeyedRandom(Math.floor(seededRandom(`${load.seed}/times`).next() * 2 ** 32));
  let number = 0;
  for (const instance of plannedInstances(load, seededRandom(`${load.seed}/ids`), startMs)) {
    yield new PlannedArrival(instance, [number++], times);
  }
}

const AT_ONCE: CallCourse = { runMs: 0 };

class PlannedArrival implements Arrival {
  /** @param key its number; of one that is called, those of its caller and of the node and item that call */
  constructor(
    readonly instance: Instance,
    readonly key: readonly [number, ...number[]],
    readonly times: KeyedRandom,
  ) {}

  get takenAtMs(): number {
    return this.instance.submittedAtMs;
  }

  course(node: number, item?: number): CallCourse {
    const { time } = this.instance.chain.nodes[node]!.fn;
    if (time === undefined) return AT_ONCE;
    const of = item === undefined ? this.times.at(...this.key, node) : this.times.at(...this.key, node, item);
    return { runMs: sampleMs(time, of) };
  }

  durableMs(): number {
    return 0;
  }

  called(instance: Instance, { node, item = -1 }: NodeCall): Arrival {
    return new PlannedArrival(instance, [...this.key, node, item], this.times);
  }
}
