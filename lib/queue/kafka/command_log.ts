import { type Pause, pauseName } from "../../model/mod.ts";
import type { Command, Order } from "../queue.ts";
import type { RecordWriter } from "./appender.ts";
import type { IncomingRecord } from "./kafkajs.ts";
import type { Link } from "./link.ts";
import { endOffset, readRanges, startOffset } from "./log.ts";
import { outgoing } from "./records.ts";
import type { Tail } from "./tail.ts";

/** What an operator asks of the owners of some partitions: of these instances. */
export interface Request {
  /** A name of its own. */
  readonly id: string;
  readonly kind: "cancel" | "retry" | "purge";
  readonly abort?: boolean;
  readonly from?: string;
  /** The ids of the instances by partition. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

/** A request that has not been answered for all its partitions. */
export interface OpenRequest {
  readonly request: Request;
  /** How many instances were reached, by partition. */
  readonly answers: Map<number, number>;
}

type Announcement = Extract<Command, { kind: "policy" | "limit" }>;

/** Orders that wait for a listener; more are dropped, oldest first: nobody listens any more. */
const MOST_WAITING = 1000;

/** An order, and where in the topic it stands. */
export interface Told {
  readonly order: Order;
  readonly offset: number;
}

/**
 * The topic of commands, by key: `pause/NAME` the pauses in force; `order/ID` policies and limits, which concern whoever
 * listens then; `request/ID` and `answer/ID/PARTITION`, deleted when they are over.
 */
export class CommandLog {
  readonly #link: Link;
  readonly #topic: string;
  readonly #pauses = new Map<string, Pause>();
  readonly #open = new Map<string, OpenRequest>();
  readonly #listeners = new Set<Told[]>();
  #at = 0;
  /** Is called when something new was read. */
  changed = () => {};

  constructor(link: Link, topic: string) {
    this.#link = link;
    this.#topic = topic;
  }

  /** Reads it from its start to its present end. */
  async load(): Promise<void> {
    this.#at = await startOffset(this.#link, this.#topic, 0);
    await this.refresh();
  }

  /** Reads on to the present end. */
  async refresh(): Promise<void> {
    const to = await endOffset(this.#link, this.#topic, 0);
    const range = { topic: this.#topic, partition: 0, offset: this.#at, to };
    await readRanges(this.#link, [{ ...range, take: (records) => this.#take(records) }]);
  }

  /** Hears of everything from now on. */
  follow(tail: Tail): void {
    tail.follow({
      topic: this.#topic,
      partition: 0,
      offset: this.#at,
      take: (records) => this.#take(records),
    });
  }

  #take(records: readonly IncomingRecord[]): void {
    let hasPauses = false;
    const from = this.#at;
    for (const { offset, key, value } of records) {
      if (Number(offset) < from) continue; // it is both followed and refreshed
      this.#at = Number(offset) + 1;
      const [kind = "", ...rest] = String(key).split("/");
      const body = value === null ? undefined : JSON.parse(String(value)) as unknown;
      if (kind === "pause") {
        hasPauses = this.#takePause(rest.join("/"), body as Pause | undefined) || hasPauses;
      }
      if (kind === "request") this.#takeRequest(rest[0]!, body as Request | undefined);
      if (kind === "answer" && body !== undefined) {
        this.#open.get(rest[0]!)?.answers.set(Number(rest[1]), body as number);
      }
      if (kind === "order" && body !== undefined) this.#tell(body as Announcement, Number(offset));
    }
    if (hasPauses) this.#tell({ kind: "paused", pauses: this.pauses }, this.#at - 1);
    this.changed();
  }

  #takePause(name: string, pause: Pause | undefined): boolean {
    if (pause === undefined) return this.#pauses.delete(name);
    if (this.#pauses.has(name)) return false;
    this.#pauses.set(name, pause);
    return true;
  }

  #takeRequest(id: string, request: Request | undefined): void {
    if (request === undefined) this.#open.delete(id);
    else this.#open.set(id, { request, answers: new Map() });
  }

  #tell(order: Order, offset: number): void {
    for (const told of this.#listeners) {
      told.push({ order, offset });
      if (told.length > MOST_WAITING) told.shift();
    }
  }

  /** Collects in `told` what is ordered from now on. @returns what ends that */
  listen(told: Told[]): () => void {
    this.#listeners.add(told);
    return () => void this.#listeners.delete(told);
  }

  /** The pauses in force, oldest first. */
  get pauses(): readonly Pause[] {
    return [...this.#pauses.values()];
  }

  /** A request that is not over. */
  open(id: string): OpenRequest | undefined {
    return this.#open.get(id);
  }

  /** What a partition has been asked for and has not answered. */
  *unanswered(partition: number): Generator<Request> {
    for (const { request, answers } of this.#open.values()) {
      if (request.ids[partition] !== undefined && !answers.has(partition)) yield request;
    }
  }

  /** Where the next command will stand. */
  end(signal: AbortSignal): Promise<number> {
    return endOffset(this.#link, this.#topic, 0, signal);
  }

  async #write(
    writer: RecordWriter,
    entries: readonly (readonly [key: string, value: unknown])[],
    nowMs: number,
  ) {
    await writer.append(this.#topic, 0, entries.map(([key, value]) => outgoing(key, value, nowMs)));
  }

  /** Asks owners for something. */
  async ask(writer: RecordWriter, request: Request, nowMs: number): Promise<void> {
    await this.#write(writer, [[`request/${request.id}`, request]], nowMs);
  }

  /** Answers a request for a partition. */
  async answer(
    writer: RecordWriter,
    id: string,
    partition: number,
    reached: number,
    nowMs: number,
  ): Promise<void> {
    await this.#write(writer, [[`answer/${id}/${partition}`, reached]], nowMs);
    this.#open.get(id)?.answers.set(partition, reached);
  }

  /** A request is over. */
  async close(writer: RecordWriter, { id, ids }: Request, nowMs: number): Promise<void> {
    const answers = Object.keys(ids).map((partition) => [`answer/${id}/${partition}`, null] as const);
    await this.#write(writer, [[`request/${id}`, null], ...answers], nowMs);
    this.#open.delete(id);
  }

  /** Tells whoever listens. */
  async announce(writer: RecordWriter, id: string, order: Announcement, nowMs: number): Promise<void> {
    await this.#write(writer, [[`order/${id}`, order], [`order/${id}`, null]], nowMs);
  }

  /** Puts a pause in force. */
  async pause(writer: RecordWriter, pause: Pause, nowMs: number): Promise<void> {
    await this.#write(writer, [[`pause/${pauseName(pause)}`, pause]], nowMs);
  }

  /** Takes a pause back, or all that are known. */
  async resume(writer: RecordWriter, pause: Pause | undefined, nowMs: number): Promise<void> {
    const names = pause === undefined ? [...this.#pauses.keys()] : [pauseName(pause)];
    if (names.length === 0) return;
    await this.#write(writer, names.map((name) => [`pause/${name}`, null] as const), nowMs);
  }
}
