import {
  type Chain,
  type Distribution,
  type Instance,
  type Sampler,
  samplerOf,
  seededRandom,
} from "../model/mod.ts";
import { type Load, plannedInstances } from "../produce/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";
import type { Arrival, CallCourse } from "./arrival.ts";
import { type Key, KeyedRandom, longerKey } from "./keyed_random.ts";

/**
 * The arrivals of a load, in virtual time from `startMs` on. The same seed gives the same instances at the same times, each
 * of whose nodes takes the same time to run, whatever is done with them.
 *
 * @param startMs when the load begins, in milliseconds since 1970 (Default: 0)
 * @param trueTimes the times that functions really take, by name, where they are not those that are declared (Default: none)
 */
export function* plannedArrivals(
  load: Load,
  startMs = 0,
  trueTimes: TrueTimes = new Map(),
): Generator<Arrival> {
  const seed = Math.floor(seededRandom(`${load.seed}/times`).next() * 2 ** 32);
  const times = new PlannedTimes(new KeyedRandom(seed), trueTimes);
  let number = 0;
  for (const { instance, runMs } of plannedInstances(load, seededRandom(`${load.seed}/ids`), startMs)) {
    yield new PlannedArrival(instance, times.random.key(number++), times, runMs);
  }
}

/** Run times by the names of functions. */
type TrueTimes = ReadonlyMap<string, Distribution>;

/** The run times of the nodes of chains: each chain is looked at once. */
class PlannedTimes {
  readonly #ofNodes = new WeakMap<Chain, readonly Sampler[]>();

  constructor(readonly random: KeyedRandom, readonly trueTimes: TrueTimes) {}

  /** A sampler for each node. */
  of(chain: Chain): readonly Sampler[] {
    let samplers = this.#ofNodes.get(chain);
    if (samplers === undefined) {
      samplers = chain.nodes.map(({ fn }) => samplerOf(this.trueTimes.get(fn.name) ?? fn.time ?? AT_ONCE));
      this.#ofNodes.set(chain, samplers);
    }
    return samplers;
  }
}

const AT_ONCE: Distribution = { kind: "constant", ms: 0 };

class PlannedArrival implements Arrival {
  readonly #samplers: readonly Sampler[];

  /**
   * @param key its number; of one that is called, those of its caller and of the node and item that call
   * @param runMs the run time of its calls, if the load says so
   */
  constructor(
    readonly instance: Instance,
    readonly key: Key,
    readonly times: PlannedTimes,
    readonly runMs?: number,
  ) {
    this.#samplers = times.of(instance.chain);
  }

  get takenAtMs(): number {
    return this.instance.submittedAtMs;
  }

  course(node: number, item?: number): CallCourse {
    if (this.runMs !== undefined) return { runMs: this.runMs };
    const ofNode = longerKey(this.key, node), key = item === undefined ? ofNode : longerKey(ofNode, item);
    return { runMs: this.#samplers[node]!(this.times.random.at(key)) };
  }

  durableMs(): number {
    return 0;
  }

  called(instance: Instance, { node, item = -1 }: NodeCall): Arrival {
    return new PlannedArrival(instance, longerKey(longerKey(this.key, node), item), this.times);
  }
}
