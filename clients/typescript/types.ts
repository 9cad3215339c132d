/** The types of requests and answers of the HTTP API. Times whose names end in `Ms` are in milliseconds since 1970. */

/** Where an instance stands. */
export type State = "delayed" | "queued" | "running" | "completed" | "failed" | "cancelled";

/** The args and the output of a chain. */
export interface ChainTypes {
  /** The object that an instance is submitted with. */
  readonly args?: object;
  /** The result of an instance that has completed. */
  readonly output?: unknown;
}

/** The types of deployed chains, by their names. */
export type Chains = Readonly<Record<string, ChainTypes>>;

/** The args of a chain. */
export type ArgsOf<T extends ChainTypes> = T extends { args: infer A } ? A
  : Readonly<Record<string, unknown>>;

/** The output of a chain. */
export type OutputOf<T extends ChainTypes> = T extends { output: infer O } ? O : unknown;

/** One submission. A duration is a text (`"250ms"`, `"5s"`, `"2m"`, `"1h"`) or a number of milliseconds. */
export interface Submission<Args = Readonly<Record<string, unknown>>> {
  /** The object that expressions read as `args`. (Default: none) */
  readonly args?: Args;
  /** The same id submitted twice is one instance. (Default: one that nobody else has) */
  readonly id?: string;
  /** Texts by name, added to those of the deployed chain. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Lower is more urgent. (Default: that of the deployed chain, else 0) */
  readonly priority?: number;
  /** Its share under fair policies. (Default: that of the deployed chain, else 1) */
  readonly weight?: number;
  /** When it should have ended, from when it is due: a duration. */
  readonly deadline?: string | number;
  /** The time for which it waits before it may start: a duration. */
  readonly delay?: string | number;
  /** The instant before which it does not start, instead of a delay: ISO 8601 with a zone, or milliseconds since 1970. */
  readonly at?: string | number;
  /** The caller's trace, by W3C Trace Context. */
  readonly traceparent?: string;
  /** The URL to which its end is posted, signed; or also which ends. (Default: that of the deployed chain) */
  readonly callback?: string | CallbackTo;
}

/** The request that tells the end of an instance. */
export interface CallbackTo {
  readonly url: string;
  /** The ends that are told. (Default: all) */
  readonly on?: readonly ("completed" | "failed" | "cancelled")[];
  /** The name of the consumer's secret that signs: `env:NAME` or `file:PATH`. (Default: that of its `--callback-secret`) */
  readonly secret?: string;
}

/** An instance that was submitted. */
export interface Accepted {
  readonly id: string;
  /** The name of its chain. */
  readonly chain: string;
  /** Whether the queue had it before, with the same content. */
  readonly existing: boolean;
}

/** The outcome of one submission of many. */
export interface Outcome {
  readonly id: string;
  /** `conflict`: the id is known with another chain or other args, and nothing was submitted under it. */
  readonly outcome: "created" | "existing" | "conflict";
}

/** The outcomes of many submissions. */
export interface Batch {
  readonly created: number;
  readonly existing: number;
  /** The number of those in conflict. */
  readonly refused: number;
  /** In the order of the submissions. */
  readonly results: readonly Outcome[];
}

/** An instance as lists show it. */
export interface InstanceSummary {
  readonly id: string;
  /** The name of its chain. */
  readonly chain: string;
  readonly state: State;
  readonly labels: Readonly<Record<string, string>>;
  readonly submittedAtMs: number;
  /** When it may begin. */
  readonly dueAtMs?: number;
  readonly endedAtMs?: number;
  readonly priority: number;
  /** When it should have ended. */
  readonly deadlineMs?: number;
  /** By whom it was called. */
  readonly parent?: { readonly instance: string; readonly node: string; readonly item?: number };
  /** Why it failed or was cancelled. */
  readonly reason?: string;
}

/** An instance. */
export interface Instance<Output = unknown> extends InstanceSummary {
  readonly args?: unknown;
  /** When it was retried, in milliseconds since 1970, the last 16 times at most. */
  readonly retriedAtMs?: readonly number[];
  /** Its result, once it has ended. */
  readonly output?: Output;
  /** The parts that cannot be read, as the queue is damaged. */
  readonly unreadable?: string;
}

/** The record of a node, or of an item of a map. */
export interface NodeRecord {
  readonly state: string;
  readonly attempts?: number;
  readonly endedAtMs?: number;
  /** The time that the attempt that settled it ran, in milliseconds. */
  readonly runMs?: number;
  readonly output?: unknown;
  readonly reason?: string;
}

/** A node of an instance. */
export interface InstanceNode extends NodeRecord {
  readonly node: string;
  /** The function, or the chain, that it calls. */
  readonly calls: string;
  /** The nodes before it. */
  readonly after: readonly string[];
  /** The number of times that it has been begun again. */
  readonly generation?: number;
  /** Of a map, its items. */
  readonly items?: readonly (NodeRecord & { readonly item: number })[];
}

/** An instance with its nodes. */
export interface InstanceDetail extends Instance {
  readonly nodes: readonly InstanceNode[];
  /** The instances that it has called, at most 1,000. */
  readonly called: readonly InstanceSummary[];
  /** Whether outputs, items or called instances are left out, as they are too large. */
  readonly isCut: boolean;
}

/** Which instances are listed; all given parts must hold. */
export interface ListOptions {
  /** Those in one of these states. (Default: any) */
  readonly state?: State | readonly State[];
  /** Those of the chain of this name. */
  readonly chain?: string;
  /** Those with all of these labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Those that this instance has called, by its id. */
  readonly parent?: string;
  /** Which come first. (Default: newest) */
  readonly order?: "newest" | "oldest";
  /** Most of them on a page, 1 to 500; the iteration goes on behind it. (Default: 50) */
  readonly limit?: number;
}

/** The instances that a cancel or a retry has reached, or would reach. */
export interface Reached {
  /** The number of instances. */
  readonly reached: number;
  readonly dryRun: boolean;
  /** Of a dry run: there are more, which were not counted. */
  readonly isMore?: true;
  /** Of a dry run: the ids of the first of them. */
  readonly some?: readonly string[];
}
