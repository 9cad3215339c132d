import { isObject, type Json, parseJson, type Pause, pauseName } from "../../../model/mod.ts";
import type { Settings } from "../../settings.ts";
import { type AnySettingCommand, changesBy, type SettingEntries, settingsOf } from "../../setting_changes.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readRanges, startOffset } from "../log/log.ts";
import { outgoing } from "../log/records.ts";
import type { Tail } from "../log/tail.ts";

/** A request of an operator to the owners of some partitions, for these instances, or for these callbacks. */
export interface Request {
  /** A name of its own. */
  readonly id: string;
  readonly kind: "cancel" | "retry" | "purge";
  readonly abort?: boolean;
  readonly from?: string;
  /** Whether callbacks that were given up are retried: older owners find no instances of their ids. (Default: instances are) */
  readonly callbacks?: true;
  /** The ids of the instances, or of the callbacks, by partition. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

/** A request that has not been answered for all its partitions. */
export interface OpenRequest {
  readonly request: Request;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAtMs: number;
  /** Number of instances that were reached, by partition. */
  readonly answers: Map<number, number>;
}

/** A request that all partitions have answered is over after this time, in milliseconds: its asker reads the answers at once, … */
const ANSWERED_MS = 3_600_000;
/** … and any other one after this time: clocks of machines may differ by hours, where a zone was mistaken. */
const UNANSWERED_MS = 86_400_000;
/** Most records of requests that are deleted at a time. */
const DELETED_AT_ONCE = 1000;

/**
 * The topic of commands, by key: `pause/NAME` the pauses in force; `setting/NAME` the other settings; `request/ID` and
 * `answer/ID/PARTITION`, deleted by whoever has asked. Where that has died, the next one that asks deletes them.
 */
export class CommandLog {
  readonly #link: Link;
  readonly #topic: string;
  readonly #pauses = new Map<string, Pause>();
  readonly #open = new Map<string, OpenRequest>();
  /** The keys of answers to requests that are over: their owners were late. */
  readonly #strays = new Set<string>();
  #entries: SettingEntries = {};
  #revision = 0;
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
    const from = this.#at;
    for (const { offset, key, value, timestamp } of records) {
      if (offset < from) continue; // it is both followed and refreshed
      this.#at = offset + 1;
      const [kind = "", ...rest] = String(key).split("/");
      const body = value === null ? undefined : parseJson(String(value))?.value; // of no JSON there is nothing to read
      if (kind === "pause" || kind === "setting") this.#revision = this.#at;
      if (kind === "pause") {
        this.#takePause(rest.join("/"), isObject(body) ? body as unknown as Pause : undefined);
      }
      if (kind === "setting") this.#takeSetting(rest[0]!, body);
      if (kind === "request") this.#takeRequest(rest[0]!, isRequest(body) ? body : undefined, timestamp);
      if (kind === "answer") {
        this.#takeAnswer(rest[0]!, rest[1]!, typeof body === "number" ? body : undefined);
      }
    }
    this.changed();
  }

  #takePause(name: string, pause: Pause | undefined): void {
    if (pause === undefined) this.#pauses.delete(name);
    else if (!this.#pauses.has(name)) this.#pauses.set(name, pause);
  }

  #takeSetting(name: string, value: unknown): void {
    const { [name as keyof SettingEntries]: _, ...others } = this.#entries;
    this.#entries = value === undefined ? others : { ...others, [name]: value };
  }

  #takeRequest(id: string, request: Request | undefined, askedAtMs: number): void {
    if (request === undefined) this.#open.delete(id);
    else this.#open.set(id, { request, askedAtMs, answers: new Map() });
  }

  #takeAnswer(id: string, partition: string, reached: number | undefined): void {
    const answers = this.#open.get(id)?.answers, key = `answer/${id}/${partition}`;
    if (reached === undefined) this.#strays.delete(key);
    else if (answers === undefined) this.#strays.add(key);
    else answers.set(Number(partition), reached);
  }

  /** The settings in force, as far as it has been read. */
  get settings(): Settings {
    return settingsOf(this.#entries, [...this.#pauses.values()], this.#revision);
  }

  /** A request that is not over. */
  open(id: string): OpenRequest | undefined {
    return this.#open.get(id);
  }

  /** The requests that a partition has not answered, but for those whose askers have died long ago. */
  *unanswered(partition: number, nowMs: number): Generator<OpenRequest> {
    for (const open of this.#open.values()) {
      const isAsked = open.request.ids[partition] !== undefined && !open.answers.has(partition);
      if (isAsked && !isOver(open, nowMs)) yield open;
    }
  }

  /** The keys of all that is left of requests that are over, as their askers have died or their owners were late. */
  *#remains(nowMs: number): Generator<string> {
    yield* this.#strays;
    for (const open of this.#open.values()) if (isOver(open, nowMs)) yield* keysOf(open.request);
  }

  async #write(
    writer: RecordWriter,
    entries: readonly (readonly [key: string, value: unknown])[],
    nowMs: number,
  ) {
    await writer.append(this.#topic, 0, entries.map(([key, value]) => outgoing(key, value, nowMs)));
  }

  /** Asks owners for something. What is left of requests that are over is deleted first. */
  async ask(writer: RecordWriter, request: Request, nowMs: number): Promise<void> {
    const remains = [...this.#remains(nowMs).take(DELETED_AT_ONCE)];
    if (remains.length > 0) await this.#write(writer, remains.map((key) => [key, null]), nowMs);
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
  async close(writer: RecordWriter, request: Request, nowMs: number): Promise<void> {
    await this.#write(writer, keysOf(request).map((key) => [key, null]), nowMs);
    this.#open.delete(request.id);
  }

  /** Changes settings, going by those that have been read. */
  async set(writer: RecordWriter, command: AnySettingCommand, nowMs: number): Promise<void> {
    const entries = [...this.#changesBy(command)];
    if (entries.length > 0) await this.#write(writer, entries, nowMs);
  }

  *#changesBy(command: AnySettingCommand): Generator<readonly [key: string, value: unknown]> {
    if (command.kind === "pause") return yield [`pause/${pauseName(command.pause)}`, command.pause];
    if (command.kind === "resume" && command.pause !== undefined) {
      return yield [`pause/${pauseName(command.pause)}`, null];
    }
    if (command.kind === "resume" || command.kind === "reset") {
      for (const name of this.#pauses.keys()) yield [`pause/${name}`, null];
    }
    if (command.kind === "resume") return;
    for (const [name, value] of Object.entries(changesBy(this.#entries, command))) {
      yield [`setting/${name}`, value];
    }
  }
}

/** The keys of a request and of its answers. */
function keysOf({ id, ids }: Request): string[] {
  return [`request/${id}`, ...Object.keys(ids).map((partition) => `answer/${id}/${partition}`)];
}

/** Whether nobody waits for the answers to a request any more. */
function isOver({ request, askedAtMs, answers }: OpenRequest, nowMs: number): boolean {
  const isAnswered = Object.keys(request.ids).every((partition) => answers.has(Number(partition)));
  return nowMs - askedAtMs > (isAnswered ? ANSWERED_MS : UNANSWERED_MS);
}

function isRequest(body: Json | undefined): body is Json & Request {
  return isObject(body) && isObject(body.ids) && Object.values(body.ids).every(Array.isArray);
}
