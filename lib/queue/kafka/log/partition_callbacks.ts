import { createHash } from "node:crypto";
import type { InstanceOutcome } from "../../../model/mod.ts";
import type { CallbackState } from "../../callbacks.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { KnownEnd } from "./known_ends.ts";
import { type CallbackMark, readMark } from "./records.ts";

/** A callback of a partition: the end that it tells stands in `finished`, its last record at an offset. */
export interface PartitionCallback {
  /** The same for whoever reads the topic. */
  readonly id: string;
  /** The id of the instance. */
  readonly instance: string;
  readonly origin: string;
  readonly offset: number;
  readonly parts: number;
  readonly endedAtMs: number;
  readonly outcome: InstanceOutcome;
  /** From when on the time counts after which it is given up, in milliseconds since 1970. */
  sinceMs: number;
  state: CallbackState;
  attempts: number;
  /** When it is due; of one that is settled, when it was. */
  atMs: number;
  failure: string | undefined;
  /** Whether it is being delivered here. */
  isTaken: boolean;
}

/** Most settled callbacks of a partition that are known; the oldest are forgotten first. */
const MOST_SETTLED = 100_000;

/** The callbacks of a partition, as `finished` tells of them: of each end that is to be told, and what has become of it since. */
export class PartitionCallbacks {
  readonly #where: string;
  /** By the offsets of their ends, which ascend, unless some are delivered after all. */
  #waiting = new Map<number, PartitionCallback>();
  #isSorted = true;
  readonly #settled = new Map<number, PartitionCallback>();

  /** @param where the topic and the partition of its submissions, which no other queue of the brokers has */
  constructor(where: string) {
    this.#where = where;
  }

  /** An instance has ended. */
  ended(instance: string, { callback: origin, offset, parts, endedAtMs, state }: KnownEnd): void {
    if (origin === undefined || this.#waiting.has(offset) || this.#settled.has(offset)) return;
    const name = `${this.#where} ${offset} ${endedAtMs} ${instance}`;
    this.#waiting.set(offset, {
      id: `msg_${createHash("sha256").update(name).digest("hex").slice(0, 32)}`,
      ...{ instance, origin, offset, parts, endedAtMs, outcome: state as InstanceOutcome },
      ...{
        sinceMs: endedAtMs,
        state: "waiting",
        attempts: 0,
        atMs: endedAtMs,
        failure: undefined,
        isTaken: false,
      },
    });
  }

  /** Takes a record of `finished` that tells of no end. */
  takeMark(record: IncomingRecord): void {
    const mark = readMark(record);
    if (mark !== undefined) this.mark(mark);
  }

  /** An attempt has been made, or what was given up is to be delivered after all. One whose end is not known is settled. */
  mark({ of, state, attempts, atMs, failure, sinceMs }: CallbackMark): void {
    if (sinceMs !== undefined) this.#takeUp(of, sinceMs);
    const callback = this.#waiting.get(of);
    if (callback === undefined) return;
    Object.assign(callback, { state, attempts, atMs, failure, isTaken: false });
    if (state === "waiting") return;
    this.#waiting.delete(of);
    this.#settled.set(of, callback);
    if (this.#settled.size > MOST_SETTLED) this.#settled.delete(this.#settled.keys().next().value!);
  }

  /** One that was given up is to be delivered after all. */
  #takeUp(of: number, sinceMs: number): void {
    const callback = this.#settled.get(of);
    if (callback?.state !== "given-up") return;
    this.#settled.delete(of);
    callback.sinceMs = sinceMs;
    this.#waiting.set(of, callback);
    this.#isSorted = false;
  }

  /** Those of some ids that were given up. */
  givenUp(ids: readonly string[]): PartitionCallback[] {
    const meant = new Set(ids);
    return [...this.#settled.values()].filter(({ id, state }) => state === "given-up" && meant.has(id));
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#waiting = new Map([...this.#waiting].sort(([a], [b]) => a - b));
    this.#isSorted = true;
  }

  /** Where the first record stands that whoever comes next needs to know of those that wait; Infinity: nowhere. */
  get from(): number {
    this.#sort();
    const [first] = this.#waiting.values();
    return first === undefined ? Infinity : first.offset - first.parts + 1;
  }

  /** Those that wait and are not being delivered here. */
  *open(): Generator<PartitionCallback> {
    for (const each of this.#waiting.values()) if (!each.isTaken) yield each;
  }

  /** All of them, those that were settled before an instant left out. */
  *all(settledAfterMs: number): Generator<PartitionCallback> {
    for (const each of this.#settled.values()) if (each.atMs >= settledAfterMs) yield each;
    yield* this.#waiting.values();
  }

  /** Forgets those that were settled before an instant, in milliseconds since 1970. */
  expire(beforeMs: number): void {
    for (const [offset, { atMs }] of this.#settled) if (atMs < beforeMs) this.#settled.delete(offset);
  }
}
