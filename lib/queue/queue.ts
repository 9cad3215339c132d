import type { ByValue, Chain, Instance, InstanceOutcome, JsonText, NodeRecord, Pause } from "../model/mod.ts";
import type { CallbackOutbox } from "./callbacks.ts";
import type { ConsumerRecord, ConsumerView } from "./consumers.ts";
import type { DeployedChains } from "./deployed.ts";
import type { Pages } from "./page.ts";
import type { Filter, InstanceView } from "./views.ts";
import type { RateLedgers } from "./rate_ledgers.ts";
import type { PolicySetting, Settings } from "./settings.ts";

export type { Filter, InstanceState, InstanceView } from "./views.ts";

/** An instance handed to this consumer, with the nodes that had settled before. */
export interface Claim {
  /** The instance. */
  readonly instance: Instance;
  /** Tells this claim from all others of the same consumer. */
  readonly number: number;
  /** By node; the record of a node as a whole stands before those of its items. */
  readonly progress: readonly NodeRecord[];
  /**
   * When the queue did not have it, in this consumer's own time, if that is known: it was pushed later. (Default: it may have
   * been there for as long as it says)
   */
  readonly notBeforeMs?: number;
  /**
   * Why it is to be cancelled, if a former holder was to do that and has not: it is only to be undone. (Default: it is not to be
   * cancelled)
   */
  readonly cancel?: string;
  /** The instances that it has called, and those that they have called, each behind its parent. (Default: none) */
  readonly children?: readonly Child[];
}

/** An instance that another one has called. */
export interface Child {
  /** The instance. */
  readonly instance: Instance;
  /** As of a claim. */
  readonly progress: readonly NodeRecord[];
  /** As of a claim. */
  readonly cancel?: string;
  /** Its end, if it has ended. */
  readonly ended?: ChildEnd;
}

/** The end of an instance, as far as its caller gets to know it. */
export type ChildEnd = Pick<Result, "outcome" | "reason" | "output">;

/** An instance that a consumer holds. */
export interface Held {
  /** The id of the instance. */
  readonly instanceId: string;
  /**
   * The number of the claim under which it is held; a called instance is held under the claim of its root. Once that claim is
   * over, nothing is written under it, also if the same consumer has pulled the instance again. (Default: the claim that this
   * consumer has now)
   */
  readonly claim?: number;
}

/** Nodes of one instance, and items of its maps, that have settled since the last checkpoint. */
export interface Progress extends Held {
  /** The records of the settled nodes and items. */
  readonly records: readonly NodeRecord[];
}

/** The end of an instance; `records` are the nodes not yet covered by a checkpoint. */
export interface Result extends Progress {
  /** The way the instance ended. */
  readonly outcome: InstanceOutcome;
  /** Why, unless it completed. */
  readonly reason?: string;
  /** In milliseconds since 1970. */
  readonly endedAtMs: number;
  /** Its result: what its chain says, or the outputs of its last nodes by name. */
  readonly output: JsonText;
}

/**
 * Instances that a pull can pass over without looking at each: those of one chain definition (all of them, or those with the
 * same labels), or those that were given back under the name of what keeps them from going on, see {@linkcode Released}; and
 * those with a value of a label, which are looked at once.
 */
export type Kind = ChainKind | ObstacleKind | LabelKind;

/** Instances with a value of a label, of any chain. A pull that comes to one puts it under a name, as if it was given back so. */
export interface LabelKind extends ObstacleKind {
  /** The label and its value. */
  readonly label: { readonly name: string; readonly value: string };
}

/** Instances of one chain definition that were not given back under a name. */
export interface ChainKind {
  /** The definition. */
  readonly chain: Chain;
  /** (Default: whatever labels they have) */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Instances that were given back under a name, of any chain. */
export interface ObstacleKind {
  /** The name under which they were given back. */
  readonly waitsFor: string;
}

/** An instance that is handed back. */
export interface Released extends Held {
  /**
   * The name of what keeps it from going on: its kind, until it is handed out again. Any text. (Default: its kind is that of its
   * chain and its labels)
   */
  readonly waitsFor?: string;
}

/** The bounds of a pull, beside the number of instances. */
export interface PullBounds {
  /**
   * Most characters of args and outputs of all instances together, about, unless there is only one. (Default: no bound)
   */
  readonly maxCharacters?: number;
  /**
   * Kinds, a few hundred at most, that the pull passes over, but for instances that are only to be undone. Those taken of the
   * other kinds may then not be the oldest, but each kind has its turn. (Default: nothing is passed over)
   */
  readonly passOver?: readonly Kind[];
}

/** The result of a push. */
export interface Pushed {
  /** Number of instances that are new to the queue; if the queue cannot tell, the number that were sent. */
  readonly added: number;
  /**
   * The ids that the queue had already, with the same content. Undefined if the queue cannot tell when it is pushed to: on
   * Kafka, whoever consumes passes over known ids, and sets aside those that come with another content.
   */
  readonly existing?: readonly string[];
}

/** The number of instances that a queue holds in each state. */
export interface QueueDepth {
  /** Waiting until they are due; for up to a second after that, or as long as no consumer is there. */
  readonly delayed: number;
  /** Waiting for a consumer. */
  readonly queued: number;
  /** Held by a consumer, started or not. */
  readonly running: number;
  /** Ended well, and still kept. */
  readonly completed: number;
  /** The dead letters. */
  readonly failed: number;
  /** Ended by a cancellation, and still kept. */
  readonly cancelled: number;
  /** When the next of the delayed ones is due, or was, in milliseconds since 1970, if there are any. */
  readonly nextDueAtMs?: number;
  /** When the oldest instance that is queued or running was submitted, or due if that was later, in milliseconds since 1970. */
  readonly oldestSubmittedAtMs?: number;
}

/**
 * A durable queue of chain instances, as producers and consumers see it. Promises:
 * - a `push` that resolved survives a crash; the same id twice is one instance, and with another chain or other args an error;
 * - an instance that is due later is not handed out before, by the system's clock of whoever pulls; a pull that waits gets it when
 *   it is due. Until then it takes no place among those that wait, and it can be cancelled;
 * - an instance is held by one consumer at a time; a consumer that dies loses its instances to another, with their progress;
 * - `checkpoint` and `finish` write only for the holder: of what it does not hold (it has gone to another, or has ended) they
 *   write nothing, and reject with a {@linkcode QueueError} of code `lease-lost` that names the ids, after all else of the
 *   call is durable. A call with data that cannot be stored writes nothing at all, and rejects with a TypeError, RangeError
 *   or WorkloadError;
 * - a consumer that has lost what it held may pull it again, with the progress made: what it still runs of it is to be dropped,
 *   and is no progress of the new claim, as each write names the claim under which it was made;
 * - an instance with a parent is pushed by the consumer that holds the parent, which holds it from then on; it is handed out
 *   with its parent, never alone, and lives no longer than its parent: what has not ended of it then is cancelled (`its caller has ended`);
 * - disposing hands back the instances still held; from then on every method rejects with `closed`, waiting ones too.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Resolves when the instances would survive a crash.
   *
   * @throws {QueueError} `lease-lost`, naming the instances whose parents this consumer does not hold, or `id-conflict`,
   * naming those whose ids are known with another chain or other args, or are the ids of chains that others call; nothing is added
   * then. On Kafka only calls are refused like this: whoever consumes sets such submissions aside
   */
  push(instances: readonly Instance[]): Promise<Pushed>;
  /**
   * Waits until there is something to hand out; empty only if `signal` is aborted. Oldest first. A large `max` may be
   * answered in parts. Instances of the same definition share one chain object.
   */
  pull(max: number, signal: AbortSignal, bounds?: PullBounds): Promise<Claim[]>;
  /** Resolves when the records are durable. */
  checkpoint(progress: readonly Progress[]): Promise<void>;
  /** Resolves when the ends are durable. Ended instances are kept for a while, see the driver's `keep`. */
  finish(results: readonly Result[]): Promise<void>;
  /**
   * Hands instances back that this consumer holds, with those that they have called: others go on with them from their progress.
   * Instances that it does not hold, or that have ended, are passed over.
   */
  release(held: readonly Released[]): Promise<void>;
  /**
   * Asks whether this consumer may rely on its holds. It may not after a silence as long as its lease: the process was
   * stopped, the machine slept, or the queue did not answer, and others may have completed all of it since. Nothing may be
   * called then.
   *
   * @returns undefined if it may; else a promise that resolves when it may again. An order `revoked` that leaves no
   * time has told of the lost instances by then. It rejects with a {@linkcode QueueError} if that cannot be found out.
   */
  confirmHolds(): Promise<void> | undefined;
  /** Writes the record of this consumer, which shows to others that it lives. */
  beat(record: ConsumerRecord): Promise<void>;
  /** Counts the instances in each state. */
  depth(): Promise<QueueDepth>;
  /**
   * A text that tells this queue from all others, the same for everybody who opens it, by whatever address; undefined: it
   * cannot be known, as it is opened only to be read, or lies on brokers that name no cluster. Run logs hold it, so that
   * those of one queue can be merged.
   */
  identity(): Promise<string | undefined>;
}

/** A request of an operator to the queue and to the consumers that run on it. */
export type Command =
  /**
   * End queued instances at once; consumers end those that they hold: nothing new of these starts. A consumer hears of it with a
   * filter that names, by id, those of its instances that are meant. If it gives them up instead, they end as cancelled.
   * The instances that they have called are meant with them. `abort` also ends the calls in flight, which are awaited otherwise.
   *
   * An instance that may have begun and has a node that undoes it does not end without a consumer: it stays queued, and is
   * handed out with the reason, see {@linkcode Claim.cancel}.
   */
  | { readonly kind: "cancel"; readonly filter: Filter; readonly abort?: boolean }
  /**
   * Queue failed and cancelled instances again, keeping the nodes that are ok; called instances are retried with their callers,
   * and never alone. Of an instance that has been undone, or may have been, nothing is kept; nor is a node that ran after
   * another one which failed and runs again now. With `from`, a node's name: completed ones too, and that node and all that
   * come after it run again; what has no such node is not reached. Nodes that are begun again, by `from`, after an undoing or
   * after what failed, have a new generation, see {@linkcode Instance.generations}.
   */
  | { readonly kind: "retry"; readonly filter: Filter; readonly from?: string }
  /** Forget ended instances, with those that they have called; these are never forgotten alone. */
  | { readonly kind: "purge"; readonly filter: Filter }
  /** All consumers go by this policy, instead of their own. */
  | { readonly kind: "policy"; readonly policy: PolicySetting }
  /**
   * The policy of this id has thrown, or answered what it must not, or cannot be loaded: the one that was in force before is in
   * force again, see {@linkcode Settings.failedPolicy}. Once it is not in force any more, nothing changes.
   */
  | { readonly kind: "policy-failed"; readonly id: string; readonly reason: string; readonly by: string }
  /**
   * All consumers go by these limits, instead of their own: a global one, or one that each finds out by itself; ceilings of functions,
   * chains and values of labels, all of these together; floors of them. Those left out stay as they are; of null, consumers go
   * by their own again. A fixed limit is the limit, whatever the platform refuses.
   */
  | {
    readonly kind: "limit";
    readonly limit?: number | "auto" | null;
    readonly fixed?: true;
    readonly ceilings?: ByValue | null;
    readonly floors?: ByValue | null;
  }
  /** Nothing that a pause means starts until it is taken back; what is in flight ends. */
  | { readonly kind: "pause"; readonly pause: Pause }
  /** Takes one pause back; without it, all. */
  | { readonly kind: "resume"; readonly pause?: Pause }
  /** All settings are taken back, pauses too: consumers go by their own. */
  | { readonly kind: "reset" };

/**
 * An order to the consumers: instances to cancel, the settings in force whenever they have changed, and the division of the
 * queue among them, if it is divided.
 */
export type Order =
  | Extract<Command, { kind: "cancel" }>
  | { readonly kind: "settings"; readonly settings: Settings }
  /**
   * This consumer's part of all limits, as an interval of [0, 1): those of all consumers lie side by side, so that what they
   * make of a limit adds up to it.
   */
  | { readonly kind: "share"; readonly from: number; readonly to: number }
  /**
   * Instances that go to another consumer: nothing more of them starts here. Calls in flight have `withinMs` to end and
   * to be written; each instance is to be released as soon as nothing of it is in flight. After that time they are lost, see `lease-lost`.
   */
  | { readonly kind: "revoked"; readonly ids: readonly string[]; readonly withinMs: number };

/** A part of a queue that is divided among its consumers. */
export interface PartitionView {
  /** Its number, from 0. */
  readonly partition: number;
  /** Messages that are not covered by progress or ends: what the consumers lag behind. */
  readonly lag: number;
  /** The consumer that has it, in words: host and process. */
  readonly owner?: string;
  /** When the oldest instance in it that has not ended was submitted, in milliseconds since 1970. */
  readonly oldestSubmittedAtMs?: number;
}

/** A message that was found in the queue and is no instance. */
export interface BadMessage {
  /** Where it was found: topic, partition and offset. */
  readonly place: string;
  /** Why it cannot be read. */
  readonly reason: string;
  /** When it was set aside, in milliseconds since 1970. */
  readonly atMs: number;
  /** The message itself. */
  readonly bytes: Uint8Array;
}

/** Looking at a queue and steering it: `sequoia queue` and `produce --wait` use this. */
export interface QueueAdmin extends DeployedChains, Pages {
  /** Looks one instance up; undefined if the queue does not have it. */
  get(id: string): Promise<InstanceView | undefined>;
  /** Oldest first. */
  list(filter: Filter): AsyncIterable<InstanceView>;
  /**
   * Asks for something to be done with instances, or by all consumers.
   *
   * @returns number of instances that it reached: ended, queued again or forgotten here, or held by a consumer that is told
   */
  request(command: Command): Promise<number>;
  /**
   * The orders for this consumer from this call on, each within a second of its request; ends when `signal` is aborted.
   * Earlier requests about the instances it holds are told as well, and the settings in force come first, if there are any.
   * Of settings that change quickly, only the last ones may be told.
   */
  commands(signal: AbortSignal): AsyncIterable<Order>;
  /** The settings in force. They outlive consumers. */
  settings(): Promise<Settings>;
  /**
   * The consumers that live, oldest first. One is known to live once two of its beats were seen, so the first call takes about
   * as long as a beat, and up to {@linkcode SILENT_MS} if one has died.
   *
   * @param atOnce waits for no beat: of those not seen to beat yet the time counts that their records bear. (Default: false)
   */
  consumers(atOnce?: boolean): Promise<readonly ConsumerView[]>;
  /** The partitions of the queue; empty if it is not divided. */
  partitions(): Promise<readonly PartitionView[]>;
  /** Messages that were set aside as they are no instances, oldest first; of queues that others write to. */
  badMessages(): AsyncIterable<BadMessage>;
}

/** A queue of any driver: both faces. */
export type QueueDriver = Queue & QueueAdmin & CallbackOutbox & {
  /**
   * Whether what is queued is divided among the consumers beforehand, so that what one hands back comes to it again. Else it is handed
   * out to whoever asks.
   */
  readonly isDivided: boolean;
  /** The ledgers of rates; undefined: there are none, as the queue is divided, and rates are with it. */
  readonly rateLedgers: RateLedgers | undefined;
};
