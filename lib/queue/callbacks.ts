import type { Callback, Instance, InstanceOutcome, JsonText } from "../model/mod.ts";

/** The end of an instance, as its callback tells it. */
export interface ToldEnd {
  /** The id of the instance. */
  readonly instance: string;
  /** The name of its chain. */
  readonly chain: string;
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The way in which it ended. */
  readonly outcome: InstanceOutcome;
  /** Why, unless it completed. */
  readonly reason?: string;
  /** Its result, if it has one: JSON as a text. */
  readonly output?: JsonText;
  /** When it was submitted, in milliseconds since 1970. */
  readonly submittedAtMs: number;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** A callback that is to be delivered by whoever has taken it. */
export interface TakenCallback {
  /** The same for each attempt, and for no other end: the receiver's idempotency key. */
  readonly id: string;
  /** Where and for which ends it is, and the secret that signs. */
  readonly callback: Callback;
  /** The end that it tells. */
  readonly end: ToldEnd;
  /** Attempts that have failed. */
  readonly attempts: number;
  /** The end of the instance, or the last retry: the time counts from then after which it is given up. In milliseconds since 1970. */
  readonly sinceMs: number;
}

/** The outcome of an attempt to deliver a callback. */
export interface SettledCallback {
  /** The id of the callback. */
  readonly id: string;
  /** `waiting`: the attempt has failed, and another one is due later. */
  readonly state: CallbackState;
  /** Attempts so far. */
  readonly attempts: number;
  /** When the next attempt is due; else when it was settled. In milliseconds since 1970. */
  readonly atMs: number;
  /** Why the attempt has failed, if it has. */
  readonly failure?: string;
}

/** Where a callback stands. Those that were given up are the dead letters of callbacks. */
export type CallbackState = "waiting" | "delivered" | "given-up";

/** All that the queue knows of a callback. */
export interface CallbackView extends SettledCallback {
  /** The callback itself. */
  readonly callback: Callback;
  /** The end that it tells, without its output. */
  readonly end: Omit<ToldEnd, "output">;
}

/** Which callbacks are meant; all given parts must hold. */
export interface CallbackFilter {
  /** Their ids, or those of the instances whose ends they tell. (Default: any) */
  readonly ids?: readonly string[];
  /** Those in one of these states. (Default: any) */
  readonly states?: readonly CallbackState[];
  /** The most that are listed. (Default: no bound) */
  readonly limit?: number;
}

/** The numbers of callbacks in each state that somebody has to see to. */
export interface CallbackCounts {
  /** They are to be delivered, or are being delivered. */
  readonly waiting: number;
  /** Nobody has taken them in time; kept as long as instances that have ended. */
  readonly givenUp: number;
}

/** The room for further callbacks, as a pull has it. */
export interface CallbackRoom {
  /** Most callbacks. */
  readonly max: number;
  /** Most callbacks for one origin, as `https://host:8080`. */
  of(origin: string): number;
}

/**
 * The callbacks of a queue: one stands there from the moment on at which its instance has ended, in the same write, until it was
 * delivered or given up. Whoever has taken one and dies loses it to another.
 */
export interface CallbackOutbox {
  /**
   * Waits until callbacks are due, and takes them for this consumer; empty only if `signal` is aborted. The callbacks of one
   * origin keep those of others waiting no longer than the room for it.
   */
  pullCallbacks(room: CallbackRoom, signal: AbortSignal): Promise<readonly TakenCallback[]>;
  /** Writes the outcomes of attempts; those of callbacks that this consumer has lost are passed over. */
  settleCallbacks(settled: readonly SettledCallback[]): Promise<void>;
  /**
   * Has callbacks that were given up be delivered after all, from now on, under their ids, as if no attempt had been made.
   *
   * @param ids the ids of callbacks; those that were not given up are passed over
   * @returns number of callbacks that are due again
   */
  retryCallbacks(ids: readonly string[]): Promise<number>;
  /** Lists callbacks, oldest first. */
  callbacks(filter: CallbackFilter): AsyncIterable<CallbackView>;
  /** Counts callbacks. */
  callbackCounts(): Promise<CallbackCounts>;
}

/** Returns the test whether a filter means a callback; its `limit` is not looked at. */
export function callbackTest(
  { ids, states }: CallbackFilter,
): (of: Pick<CallbackView, "id" | "state"> & Pick<ToldEnd, "instance">) => boolean {
  const named = ids && new Set(ids);
  return ({ id, instance, state }) =>
    (named === undefined || named.has(id) || named.has(instance)) && (states?.includes(state) ?? true);
}

/** The origin of a callback's URL. */
export function originOf({ url }: Callback): string {
  return URL.parse(url)?.origin ?? "";
}

/** The end of an instance, as its callback tells it. */
export function toldEnd({ id, chain, labels, submittedAtMs }: Instance, end: OwnEnd): ToldEnd {
  const { outcome, reason, output, endedAtMs } = end;
  return {
    instance: id,
    chain: chain.name,
    labels,
    outcome,
    ...reason !== undefined && { reason },
    ...output !== undefined && { output },
    submittedAtMs,
    endedAtMs,
  };
}

/** The part of an end that the instance does not say. */
type OwnEnd = Pick<ToldEnd, "outcome" | "endedAtMs"> & {
  readonly reason?: string | undefined;
  readonly output?: JsonText | undefined;
};
