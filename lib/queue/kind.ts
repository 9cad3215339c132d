/** The definition of a kind of queue: its addresses, its words for help, and how one is opened. */
import type { Clock, Random } from "../model/mod.ts";
import type { OriginalPriorities, UrlOf, WireFormat } from "../wire/mod.ts";
import type { AddressText } from "./address_parts.ts";
import type { QueueDriver } from "./queue.ts";

/** Options for opening a queue that a program which embeds one may want. */
export interface QueueOptions {
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /**
   * Longest time without an answer from any broker before `unreachable`, or with the file locked by another program before
   * `busy`, in milliseconds. (Default: it never gives up)
   */
  readonly giveUpAfterMs?: number;
  /** Ends the opening, which rejects with `closed`. A queue that is open already ignores it. */
  readonly signal?: AbortSignal;
  /**
   * Called once each with what an operator should see: that brokers cannot be reached, that a file is locked or its disk full,
   * and that this is over. `isWaiting` says whether the queue waits from then on (true) or no longer (false); undefined: the
   * note is of something else.
   */
  readonly onNote?: (words: string, isWaiting?: boolean) => void;
}

/** Options for opening a queue. */
export interface OpenQueueOptions extends QueueOptions {
  readonly clock: Clock;
  /** Kafka: jitter, and the names of members. (Default: the system's randomness) */
  readonly random?: Random;
  /** Kafka: in which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /**
   * Kafka: whether messages of the original that are there before the first consumer comes are run, or passed over: it may have
   * run them. (Default: `pull` rejects with `starting-point` if there are some)
   */
  readonly from?: "earliest" | "latest";
  /** Kafka: priorities of the original's instances and functions. (Default: none) */
  readonly priorities?: OriginalPriorities;
  /** In the original's messages: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
}

/** Variables by name, as a process gets them; an empty one is none. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An option behind the `?` of an address. */
export interface AddressOptionHelp {
  readonly name: string;
  /** The variable that sets it where the address does not. (Default: none does) */
  readonly variable?: string;
  readonly help: string;
  /** The value if neither the address nor the variable sets one. (Default: none) */
  readonly default?: string;
}

/** A text that a queue holds, as other programs log them. */
export interface QueueText {
  readonly text: string;
  /** When the queue got it, in milliseconds since 1970. */
  readonly atMs: number;
}

/** Options for reading texts of other programs. */
export type ReadTextsOptions = Pick<
  OpenQueueOptions,
  "clock" | "random" | "giveUpAfterMs" | "onNote" | "signal"
>;

/**
 * A kind of queue, with addresses of a type. To add one: a folder that exports it, and a line in `kinds.ts`. Nothing here may
 * load the driver: most commands open one at most, and many none.
 */
export interface QueueKind<A extends { readonly kind: string }> {
  /** The beginning of its addresses, before the colon. */
  readonly scheme: A["kind"];
  /** The place that follows the scheme: `//` and hosts, the path of a file, or nothing. */
  readonly place: "hosts" | "path" | "none";
  /** The form of an address, and a note for users: `sqlite:PATH` and "for example sqlite:queue.db". */
  readonly form: string;
  readonly formNote: string;
  /** A short address, for messages that say what to write. */
  readonly example: string;
  /** The options that may stand behind the `?`. */
  readonly options: readonly AddressOptionHelp[];
  /** Rows of the table of queues in the help; none: it is not for the command line. */
  readonly help: readonly (readonly [form: string, what: string])[];
  /** Whether only the address is to blame if it cannot be opened: no other machine answers. */
  readonly isLocal: boolean;
  /** Whether it may hold messages of the first system. (Default: false) */
  readonly holdsOriginals?: boolean;

  /**
   * Reads an address.
   *
   * @param env the variables of the options, for those that the address leaves out
   * @throws {QueueError} `bad-address`
   */
  parse(address: AddressText, env: Environment): A;
  /** Loads the driver and opens the queue at an address. */
  open(address: A, options: OpenQueueOptions): Promise<QueueDriver>;
  /** Makes the address of a queue that gets `partitions` partitions, at most `most`, if it is created. (Default: it has none) */
  readonly partitions?: { readonly most: number; divide(address: A, partitions: number): A };
  /** Reads what some topics hold that other programs have written. (Default: it has none) */
  readTexts?(address: A, topics: readonly string[], options: ReadTextsOptions): AsyncGenerator<QueueText>;
}
