/**
 * The records in the topics, beside the instances in `pending`.
 *
 * `chain_running_queue` (compacted), by key:
 * - `ID`: the head of an instance that stands here because `pending` does not say it all: it was called, retried, handed
 *   back, is to be cancelled, or is so slow that `pending` has been covered beyond it. Value: {@linkcode Head}; header
 *   `instance`: its message.
 * - `ID␀NODE` and `ID␀NODE.ITEM`: a settled node or item. Value: a NodeRecord; header `of`: in which {@linkcode Run}.
 * - `␀fence`: a consumer takes the partition; its former holds end. Value: {@linkcode Fence}. `␀owner`:
 *   {@linkcode Owner}. `␀left`: which messages wait in `pending`, with others that are over behind them: `Left`, settled.ts.
 * A tombstone for each of the keys of an instance follows its end.
 *
 * `finished_queue`: the ends of instances, key `ID`. Header `end`: {@linkcode End}, for looking over many quickly; header
 * `instance`: its message; value: {@linkcode EndBody}, in several records if it is large; the last one has the headers.
 * Header `callback`, key `ID`: an attempt to tell such an end, {@linkcode CallbackMark}.
 * `␀fence`: as in `running`, without a value of its own.
 *
 * Each record of both topics has a header `term`: it counts unless a fence of a later term stands before it (terms.ts).
 */
import {
  callingNodes,
  type Instance,
  type InstanceOutcome,
  isTold,
  type JsonText,
  type NodeRecord,
} from "../../../model/mod.ts";
import { decodeInstance, encodeInstance } from "../../../wire/mod.ts";
import { originOf, type SettledCallback } from "../../callbacks.ts";
import type { InstanceState } from "../../queue.ts";
import { Buffer, type IncomingRecord, type OutgoingRecord } from "../client/kafkajs.ts";
import { bodyText, type EndBody, outputText, readOutput } from "./outputs.ts";

/** Where an instance stands in the order of submission. */
export interface Place {
  /** When the broker got it, in milliseconds since 1970. */
  readonly atMs: number;
  /** Its offset in `pending`; of one that was called, in `running`. */
  readonly offset: number;
  readonly isCalled: boolean;
}

/** Which submission of an id is meant, and which run of that. */
export interface Run {
  readonly place: Pick<Place, "offset">;
  /** Number of times that it was queued again after an end. */
  readonly run: number;
}

/** An instance that stands in the changelog. */
export interface Head {
  readonly place: Place;
  /** Number of times that it was queued again after an end. */
  readonly run: number;
  readonly state: InstanceState;
  /** Why it is to be cancelled, if its holder has been asked to. */
  readonly cancel?: string;
  readonly abort?: boolean;
  /** It has been handed out before, so that it may have begun. (Default: if its state says so) */
  readonly resumed?: boolean;
  /** Of one that was called and has ended: its end. */
  readonly reason?: string;
  readonly output?: JsonText;
  readonly endedAtMs?: number;
}

/** Who has a partition. */
export interface Owner {
  /** Its id in the group, or a name of its own if it is in none. */
  readonly member: string;
  readonly group: string;
  /** Host and process. */
  readonly words: string;
  /** All of `pending` before has ended or stands in the changelog. */
  readonly from: number;
  /** The ends of instances after `from` stand in `finished` from here on. */
  readonly results: number;
  /** Instances of `pending` before this offset that have no head were handed out. */
  readonly claimed: number;
  /** Those before this offset that have no head may have been handed out by this or a former owner. (Default: `claimed`) */
  readonly handedOut?: number;
  /** It has been given up: whoever comes may have it at once. */
  readonly released?: boolean;
  /** Messages of `pending` in the original's format before this offset are passed over. (Default: 0) */
  readonly passBefore?: number;
  /** No consumer has had the partition yet: it was taken to do what an operator asked for. */
  readonly isGuest?: boolean;
}

/** Where in `finished` a fence stands, and the term that it begins. */
export type FencePlace = readonly [offset: number, term: number];

/** A consumer takes a partition: records of former owners that stand behind its fence do not count. */
export interface Fence {
  /** The name under which it is owned; absent: a version of Sequoia wrote it that knew no terms. */
  readonly member?: string;
  /** Where the fences of this and former owners stand in `finished`: that topic forgets them before their time. */
  readonly fences?: readonly FencePlace[];
}

/** The end of an instance, without its large parts; or that an end is to be forgotten, or that there was no instance. */
export interface End {
  readonly state: InstanceOutcome | "purged" | "bad";
  readonly place: Place;
  readonly run: number;
  readonly endedAtMs: number;
  readonly chain?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The id of the instance that called it. */
  readonly parent?: string;
  /** The names of its nodes that call: ids that follow from these are no submission's. (Default: none) */
  readonly calls?: readonly string[];
  /** The origin of the URL to which this end is told; absent: to none. */
  readonly callback?: string;
  /** Of a message that brought an instance again: the id of that. */
  readonly copyOf?: string;
}

/** The outcome of an attempt to deliver a callback, or that it is to be delivered after all. */
export interface CallbackMark extends Omit<SettledCallback, "id"> {
  /** Where in `finished` the last record of the end stands that it tells. */
  readonly of: number;
  /** Of one that was given up and is to be delivered after all: when that was asked for, in milliseconds since 1970. */
  readonly sinceMs?: number;
}

export const FENCE = "\0fence";
export const OWNER = "\0owner";
/** The key of the record of messages that are left in their topic. */
export const LEFT = "\0left";
/** The key of messages that are no instances. */
export const BAD = "\0bad";

/** The header that tells our consumers the id of an instance whose message cannot: it is in the original's format. */
export const ID = "instance-id";

/** The header of a message that was sent from another partition to the home of its id: it is moved once. */
export const MOVED = "moved";

const NO_HEADERS: Readonly<Record<string, Buffer>> = {};

/** A record as it is written. @param value JSON, bytes, or null for a tombstone */
export function outgoing(
  key: string,
  value: unknown,
  atMs: number,
  headers: Readonly<Record<string, Buffer>> = NO_HEADERS,
): OutgoingRecord {
  const bytes = value === null || Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return { key: Buffer.from(key), value: bytes, headers, timestamp: String(Math.floor(atMs)) };
}

/** A message of `pending` as it is sent to the home of its id. */
export function moved({ key, value, headers, timestamp }: IncomingRecord): OutgoingRecord {
  const id = headers[ID] === undefined ? {} : { [ID]: Buffer.from(String(headers[ID])) };
  return { key, value, headers: { ...id, [MOVED]: Buffer.alloc(0) }, timestamp: String(timestamp) };
}

/** An instance's message, as a header. */
export function instanceHeader(instance: Instance): Readonly<Record<string, Buffer>> {
  return { instance: bufferOf(encodeInstance(instance)) };
}

/** The same memory as kafkajs wants it. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The instance in a record's header. */
export function instanceOf({ headers, timestamp, key }: IncomingRecord): Instance {
  const message = headers.instance as Buffer;
  return decodeInstance(message, { fallbackId: String(key), receivedAtMs: timestamp });
}

/** The key of a node's record. */
export function recordKey(id: string, { node, item }: Pick<NodeRecord, "node" | "item">): string {
  return item === undefined ? `${id}\0${node}` : `${id}\0${node}.${item}`;
}

/** The record, for the changelog, of a node or an item that has settled in a run. */
export function progressRecord(id: string, record: NodeRecord, of: Run, atMs: number): OutgoingRecord {
  const headers = { of: Buffer.from(`${of.place.offset} ${of.run}`) };
  return outgoing(recordKey(id, record), Buffer.from(outputText(record)), atMs, headers);
}

/** The run in which it has settled. */
export function runOf({ headers }: IncomingRecord): Run {
  const [offset, run] = String(headers.of).split(" ").map(Number);
  return { place: { offset: offset! }, run: run! };
}

/** A key of the changelog that is neither the fence nor the owner. */
export interface ProgressKey {
  readonly id: string;
  /** Absent: the head. */
  readonly at?: Pick<NodeRecord, "node" | "item">;
}

/** Reads such a key. */
export function readKey(key: string): ProgressKey {
  const end = key.indexOf("\0");
  if (end < 0) return { id: key };
  const [node, item] = key.slice(end + 1).split(".").map(Number);
  return { id: key.slice(0, end), at: item === undefined ? { node: node! } : { node: node!, item } };
}

/** The JSON of a record's value. */
export function valueOf<T>({ value }: IncomingRecord): T {
  return JSON.parse(String(value)) as T;
}

/** The entry of an instance, or of a node of one, in the changelog. */
export function entryOf<T extends Head | NodeRecord>({ value }: IncomingRecord): T {
  return readOutput<T>(String(value) as JsonText);
}

/** Bodies are cut into parts of at most this many bytes: brokers take 1 MiB by default. */
const PART_BYTES = 900_000;

/** The records that say how an instance ended. */
export function endRecords(instance: Instance, end: End, body: EndBody): OutgoingRecord[] {
  const { id } = instance;
  const value = Buffer.from(bodyText(body));
  const parts = Math.max(1, Math.ceil(value.length / PART_BYTES));
  return Array.from({ length: parts }, (_, i) => {
    const isLast = i === parts - 1;
    const part = value.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
    const headers = isLast ? { ...endHeader(end, parts), ...instanceHeader(instance) } : NO_HEADERS;
    return outgoing(id, part, end.endedAtMs, headers);
  });
}

/** The record that makes an end forgotten, or tells of a message that is no instance. */
export function bareEnd(key: string, end: End): OutgoingRecord {
  return outgoing(key, {}, end.endedAtMs, endHeader(end, 1));
}

function endHeader(end: End, parts: number): Readonly<Record<string, Buffer>> {
  return { end: Buffer.from(JSON.stringify(parts === 1 ? end : { ...end, parts })) };
}

/** The record that tells of an attempt to deliver a callback. Programs that know none pass it over. */
export function markRecord(instance: string, mark: CallbackMark, atMs: number): OutgoingRecord {
  return outgoing(instance, {}, atMs, { callback: Buffer.from(JSON.stringify(mark)) });
}

/** The attempt that a record of `finished` tells of. */
export function readMark({ headers }: IncomingRecord): CallbackMark | undefined {
  return headers.callback === undefined ? undefined : JSON.parse(String(headers.callback));
}

/** The end that a record of `finished` tells of; undefined for the first parts of a large one, and fences. */
export function readEnd({ headers }: IncomingRecord): End & { readonly parts?: number } | undefined {
  return headers.end === undefined ? undefined : JSON.parse(String(headers.end));
}

/** The end of an instance with the facts for looking over many. */
export function endOf(
  { chain, labels, parent, callback }: Instance,
  rest: Pick<End, "state" | "place" | "run" | "endedAtMs">,
): End {
  const hasLabels = Object.keys(labels).length > 0;
  const calls = callingNodes(chain);
  return {
    ...rest,
    chain: chain.name,
    ...hasLabels && { labels },
    ...parent !== undefined && { parent: parent.instance },
    ...calls.length > 0 && { calls },
    ...callback !== undefined && isOutcome(rest.state) && isTold(callback, rest.state) &&
      { callback: originOf(callback) },
  };
}

function isOutcome(state: End["state"]): state is InstanceOutcome {
  return state !== "purged" && state !== "bad";
}

/** Whether `a` was submitted before `b`. Callers stand before what they have called. */
export function comparePlaces(a: Place, b: Place): number {
  return a.atMs - b.atMs || Number(a.isCalled) - Number(b.isCalled) || a.offset - b.offset;
}

/** Whether one is of the same submission as the other, or a later one, and has been queued again at least as often. */
export function isAsLate(a: Run, b: Run): boolean {
  return a.place.offset > b.place.offset || (a.place.offset === b.place.offset && a.run >= b.run);
}

/** Whether one is the other. */
export function isSameRun(a: Run, b: Run): boolean {
  return a.place.offset === b.place.offset && a.run === b.run;
}
