import {
  type Arrivals,
  arrivalTimes,
  type Clock,
  type Instance,
  instanceMaker,
  type LoadBounds,
  type Random,
  seededRandom,
  type Workload,
  type WorkloadChain,
} from "../model/mod.ts";

/** A load: which chains arrive, and when. */
export interface Load {
  readonly workload: Workload;
  readonly arrivals: Arrivals;
  readonly bounds: LoadBounds;
  /** Of the times and the choice of chains: the same seed gives the same chains at the same offsets. */
  readonly seed: string;
  /** Added to the labels of every instance. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Most instances that are handed out together when many are due. */
const BATCH = 1000;

/**
 * The instances of a load, in batches of those that are due: it waits for intended times, never for whoever takes them, so
 * a late submission does not delay the next ones.
 *
 * @param ids draws the instances' ids
 * @param signal ends it early
 */
export async function* instancesOf(
  load: Load,
  ids: Random,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Instance[]> {
  let batch: Instance[] = [];
  for (const instance of plannedInstances(load, ids, clock.nowMs())) {
    const atMs = instance.submittedAtMs;
    if (batch.length === BATCH || (batch.length > 0 && atMs > clock.nowMs())) {
      yield batch;
      batch = [];
    }
    await clock.until(atMs, signal);
    if (signal.aborted) return;
    batch.push(instance);
  }
  if (batch.length > 0) yield batch;
}

/**
 * The instances of a load with their intended times, without waiting for these.
 *
 * @param ids draws the instances' ids
 * @param startMs when the load begins
 */
export function* plannedInstances(
  { workload, arrivals, bounds, labels, seed }: Load,
  ids: Random,
  startMs: number,
): Generator<Instance> {
  const make = instanceMaker(ids);
  const pick = picker(workload.chains, seededRandom(`${seed}/chains`));
  for (const offsetMs of arrivalTimes(arrivals, seededRandom(`${seed}/arrivals`), bounds)) {
    yield make(pick(), startMs + offsetMs, { labels });
  }
}

/** Draws chains by their shares. */
function picker(chains: readonly WorkloadChain[], random: Random): () => WorkloadChain {
  const total = chains.reduce((sum, { share = 1 }) => sum + share, 0);
  return () => {
    let left = random.next() * total;
    for (const entry of chains) {
      left -= entry.share ?? 1;
      if (left < 0) return entry;
    }
    return chains.at(-1)!;
  };
}
