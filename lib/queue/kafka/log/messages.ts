/** Messages of `pending`, and what becomes of them. */
import type { Chain, Instance } from "../../../model/mod.ts";
import { textOf } from "../../waiting_lines.ts";
import type { Entry } from "./entry.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Place } from "./records.ts";

/** A message of `pending` that is no instance, or brings one under the id of a call of another. */
export interface Unreadable {
  readonly place: Place;
  readonly bytes: Uint8Array;
  readonly reason: string;
}

/** An instance whose id is known already. */
export interface Copy {
  readonly place: Place;
  readonly instance: Instance;
  /** Its message. */
  readonly bytes: Uint8Array;
}

/** The result of reading a message of `pending`. */
export interface Read {
  readonly place: Place;
  /** The instance in the message, unless it is left in its topic; absent if nobody looked at it. */
  readonly instance?: Instance;
  /** The instance it brought; absent if it stands in the changelog, has ended, or there is none. */
  readonly entry?: Entry;
  /** An instance that it brought again: its id is known. */
  readonly copy?: Copy;
  readonly unreadable?: Unreadable;
  /** It is left in its topic. */
  readonly isLeft?: true;
  /** Where in `finished` its end stands, if that came first. */
  readonly resultAt?: number;
}

/** The common part of messages that are passed over together. */
export interface MessageKind {
  /** Shared by the instances of its definition. */
  readonly chain: Chain;
  /** As text. */
  readonly labels: string;
}

/** The kind of an instance, if its chain is shared. */
export function kindOf({ chain, labels }: Instance): MessageKind {
  return { chain, labels: textOf(labels) };
}

/** Picks messages by what they bring and where they stand. */
export type Picks = (kind: MessageKind, offset: number) => boolean;

/** Where a message stands. */
export function placeIn({ timestamp, offset }: IncomingRecord): Place {
  return { atMs: timestamp, offset, isCalled: false };
}

export function bytesOf({ value }: Pick<IncomingRecord, "value">): Uint8Array {
  return value ?? new Uint8Array();
}
