import {
  type Arrivals,
  arrivalTimes,
  type Clock,
  delayedUntil,
  type Instance,
  instanceMaker,
  type JsonText,
  type LoadBounds,
  NO_ARGS,
  type Random,
  seededRandom,
  stripUndefined,
  type TraceContext,
  wallAheadMs,
  type Workload,
  type WorkloadChain,
} from "../model/mod.ts";
import type { Replay, ReplayedArrival } from "./replay.ts";

/** A load: which chains arrive, and when. */
export interface Load {
  readonly workload: Workload;
  readonly arrivals: Arrivals | Replay;
  readonly bounds: LoadBounds;
  /** Seeds the times and the choice of chains: the same seed gives the same chains at the same offsets. */
  readonly seed: string;
  /** Added to the labels of every instance. */
  readonly labels: Readonly<Record<string, string>>;
  /** The args of every instance, an object. (Default: none) */
  readonly args?: JsonText;
  /** The trace of every instance. (Default: each one has its own) */
  readonly trace?: TraceContext;
  /** When each instance begins. (Default: when it arrives) */
  readonly due?: Due;
  /** Names each instance. (Default: ULIDs) */
  readonly idOf?: (instance: Unnamed) => string | Promise<string>;
}

/** A time after the arrival of each instance, in milliseconds, or an instant for all, in milliseconds since 1970. */
export type Due = { readonly inMs: number } | { readonly atMs: number };

/** An instance that has no id yet. */
export interface Unnamed {
  /** The name of its chain. */
  readonly chain: string;
  /** An object. */
  readonly args: JsonText;
  readonly labels: Readonly<Record<string, string>>;
  /** Its place in the load, from 0. */
  readonly index: number;
}

/** Most instances that are handed out together when many are due. */
const BATCH = 1000;

/**
 * The instances of a load, in batches of those that are due: it waits for intended times, never for whoever takes them, so
 * a late submission does not delay the next ones.
 *
 * @param ids draws the ids of those that the load does not name
 * @param signal ends it early
 */
export async function* instancesOf(
  load: Load,
  ids: Random,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Instance[]> {
  let batch: Instance[] = [];
  let index = 0;
  for (const { instance } of plannedInstances(load, ids, clock.nowMs())) {
    const atMs = instance.submittedAtMs;
    if (batch.length === BATCH || (batch.length > 0 && atMs > clock.nowMs())) {
      yield batch;
      batch = [];
    }
    await clock.until(atMs, signal);
    if (signal.aborted) return;
    const arrived = delayed(bySystemsClock(instance, clock), load.due);
    batch.push(load.idOf === undefined ? arrived : await named(arrived, load.idOf, index++));
  }
  if (batch.length > 0) yield batch;
}

/** An instance that will arrive. */
export interface PlannedInstance {
  readonly instance: Instance;
  /** The run time of its calls, in milliseconds, if the load says so. */
  readonly runMs?: number;
}

/**
 * The instances of a load with their intended times, without waiting for these.
 *
 * @param ids draws the instances' ids
 * @param startMs when the load begins
 */
export function* plannedInstances(
  { workload: { chains }, arrivals, bounds, labels, args, trace, seed }: Load,
  ids: Random,
  startMs: number,
): Generator<PlannedInstance> {
  const make = instanceMaker(ids);
  const pick = picker(chains, seededRandom(`${seed}/chains`));
  const options = stripUndefined({ labels, args, ...trace });
  const times = arrivals.kind === "replay"
    ? bounded(arrivals.arrivals(seededRandom(`${seed}/arrivals`)), bounds)
    : arrivalTimes(arrivals, seededRandom(`${seed}/arrivals`), bounds);
  for (const time of times) {
    const { atMs, entry, runMs }: ReplayedArrival = typeof time === "number" ? { atMs: time } : time;
    const instance = make(entry === undefined ? pick() : chains[entry]!, startMs + atMs, options);
    yield runMs === undefined ? { instance } : { instance, runMs };
  }
}

function* bounded(
  arrivals: Iterable<ReplayedArrival>,
  { count = Infinity, forMs = Infinity }: LoadBounds,
): Generator<ReplayedArrival> {
  let sent = 0;
  for (const arrival of arrivals) {
    if (sent++ >= count || arrival.atMs > forMs) return;
    yield arrival;
  }
}

/** An instance that was planned in the clock's own time, as other processes read it: the system's clock may have been set. */
function bySystemsClock(instance: Instance, clock: Clock): Instance {
  const aheadMs = wallAheadMs(clock);
  if (Math.abs(aheadMs) < 1) return instance; // no more than rounding
  const { submittedAtMs, deadlineMs } = instance;
  return { ...instance, submittedAtMs: submittedAtMs + aheadMs, deadlineMs: deadlineMs + aheadMs };
}

function delayed(instance: Instance, due: Due | undefined): Instance {
  if (due === undefined) return instance;
  return delayedUntil(instance, "atMs" in due ? due.atMs : instance.submittedAtMs + due.inMs);
}

/** Gives an instance the id that it is to have. */
async function named(instance: Instance, idOf: NonNullable<Load["idOf"]>, index: number): Promise<Instance> {
  const { chain, args = NO_ARGS, labels } = instance;
  return { ...instance, id: await idOf({ chain: chain.name, args, labels, index }) };
}

/** Draws chains by their shares; if none has any, as equals. */
function picker(chains: readonly WorkloadChain[], random: Random): () => WorkloadChain {
  const [only, another] = chains;
  if (another === undefined) return () => only!;
  const isArriving = chains.some(({ share }) => share !== 0);
  const shares = chains.map(({ share = 1 }) => isArriving ? share : 1);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return () => {
    let left = random.next() * total;
    for (const [i, entry] of chains.entries()) {
      left -= shares[i]!;
      if (left < 0) return entry;
    }
    return chains.at(-1)!;
  };
}
