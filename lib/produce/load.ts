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
  { workload, arrivals, bounds, labels, seed }: Load,
  ids: Random,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Instance[]> {
  const make = instanceMaker(ids);
  const pick = picker(workload.chains, seededRandom(`${seed}/chains`));
  const startMs = clock.nowMs();
  let batch: Instance[] = [];
  for (const offsetMs of arrivalTimes(arrivals, seededRandom(`${seed}/arrivals`), bounds)) {
    const atMs = startMs + offsetMs;
    if (batch.length === BATCH || (batch.length > 0 && atMs > clock.nowMs())) {
      yield batch;
      batch = [];
    }
    await clock.until(atMs, signal);
    if (signal.aborted) return;
    batch.push(make(pick(), atMs, labels));
  }
  if (batch.length > 0) yield batch;
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
