import { ownOf } from "../../model/mod.ts";
import { ENDS } from "./columns.ts";
import { Counts } from "./counts.ts";
import { placeOf } from "./histogram.ts";
import { SlidingHistogram } from "./sliding.ts";
import { packWork } from "./summary.ts";
import { Table } from "./table.ts";
import { summaryOf, type Tallied } from "./tally_summary.ts";

const HOUR_MS = 3_600_000;
const HOUR_SLOTS = 12;
/** A summary is made again after this time, in milliseconds: beats may come more often. */
const AGAIN_MS = 900;

/** Something that is worked on: an invocation, with the labels of its instance. */
export interface Worked {
  /** The name of the chain. */
  readonly chain: string;
  /** The name of the function. */
  readonly function: string;
  /** The labels of the instance. */
  readonly labels: Readonly<Record<string, string>>;
}

/** An attempt that has ended. */
export interface EndedAttempt {
  /** The way it ended. */
  readonly outcome: "ok" | "failed" | "throttled" | "cancelled";
  /** Whether its invocation has settled with it. */
  readonly settled: boolean;
  /** From the invocation's being ready to its start, in milliseconds. */
  readonly queuedMs: number;
}

/** The ways in which an instance ends at a consumer. */
export type InstanceEnd = keyof typeof ENDS;

/** Counts the work of one consumer by chain, by function and by value of one label, and sums it up for its beats. */
export class WorkTally implements Tallied {
  readonly label: string | undefined;
  readonly all: Counts;
  readonly hour = new SlidingHistogram(HOUR_MS, HOUR_SLOTS);
  readonly chains: Table;
  readonly functions: Table;
  readonly values: Table | undefined;
  readonly sinceMs: number;
  readonly #tables: readonly Table[];
  readonly #rows: Counts[];
  #packed = "";
  #packedAtMs = -Infinity;

  /** @param sinceMs when it begins, in milliseconds since 1970 */
  constructor(nowMs: number, sinceMs: number, label?: string) {
    this.sinceMs = sinceMs;
    this.label = label;
    this.all = new Counts(nowMs);
    this.#rows = [this.all];
    this.chains = new Table(nowMs);
    this.functions = new Table(nowMs);
    if (label !== undefined) this.values = new Table(nowMs);
    this.#tables = [this.chains, this.functions, ...this.values === undefined ? [] : [this.values]];
  }

  /** An invocation begins or ceases to wait for capacity, or to be in flight: 1, -1 or 0 of each. */
  changed(task: Worked, ready: number, running: number, nowMs: number): void {
    this.all.change(ready, running, nowMs);
    this.chains.change(task.chain, ready, running, nowMs);
    this.functions.change(task.function, ready, running, nowMs);
    this.values?.change(this.#valueOf(task.labels), ready, running, nowMs);
  }

  /** Nothing waits or is in flight, until it is told once more. */
  restarted(nowMs: number): void {
    for (const table of this.#tables) table.restart(nowMs);
    this.all.restart(nowMs);
  }

  /** An attempt starts. */
  starts(task: Worked): void {
    this.all.count("started");
    this.chains.starts(task.chain);
    this.functions.starts(task.function);
    this.values?.starts(this.#valueOf(task.labels));
  }

  /** An attempt has ended. */
  ended(task: Worked, { outcome, settled, queuedMs }: EndedAttempt, nowMs: number): void {
    const place = settled ? placeOf(queuedMs) : undefined;
    if (place !== undefined) this.hour.add(queuedMs, nowMs, place);
    for (const counts of this.#rowsOf(task)) {
      counts.count(outcome);
      if (place !== undefined) counts.queued(queuedMs, place, nowMs);
    }
  }

  /** An instance has ended. */
  instanceEnded(chain: string, labels: Worked["labels"], end: InstanceEnd): void {
    const counter = ENDS[end];
    this.all.count(counter);
    this.chains.of(chain).count(counter);
    this.values?.of(this.#valueOf(labels)).count(counter);
  }

  /** The sums, as they go into the consumer's record. */
  packed(nowMs: number): string {
    if (nowMs < this.#packedAtMs + AGAIN_MS) return this.#packed;
    this.#packedAtMs = nowMs;
    this.#packed = packWork(summaryOf(this, nowMs));
    for (const table of this.#tables) table.sweep(nowMs); // rows that go to other names are told to the last
    return this.#packed;
  }

  /** The places in which an attempt counts; valid until it is asked again, as each call asks. */
  #rowsOf({ chain, function: name, labels }: Worked): readonly Counts[] {
    const rows = this.#rows;
    rows[1] = this.chains.of(chain);
    rows[2] = this.functions.of(name);
    if (this.values !== undefined) rows[3] = this.values.of(this.#valueOf(labels));
    return rows;
  }

  /** Instances without the label count as those of the empty value. */
  #valueOf(labels: Worked["labels"]): string {
    return ownOf(labels, this.label!) ?? "";
  }
}
