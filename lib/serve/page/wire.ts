/**
 * The answers of the API, as far as the page reads them. The page's modules are checked for a browser, where the server's modules, which
 * the compiler would read for their types, are errors; `wire_test.ts` holds these types to the server's.
 */

/** As `Percentiles` of `lib/live`. */
export interface WirePercentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** As `LiveRow` of `lib/live`. */
export interface WireRow {
  readonly name: string;
  readonly isRest?: true;
  readonly ready: number;
  readonly running: number;
  readonly callsPerS: number;
  readonly throttledPerS: number;
  readonly failedPerS: number;
  readonly share: number;
  readonly queueingMs?: WirePercentiles;
}

/** As `Pause` of `lib/model`. */
export interface WirePause {
  readonly chain?: string;
  readonly function?: string;
  readonly label?: { readonly name: string; readonly value: string };
}

/** As `ByValue` of `lib/model`. */
export interface WireByValue {
  readonly functions?: Readonly<Record<string, number>>;
  readonly chains?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** As `Settings` of `lib/queue`. */
export interface WireSettings {
  readonly revision: number;
  readonly policy?: { readonly name: string };
  readonly failedPolicy?: { readonly name: string; readonly reason: string; readonly by: string };
  readonly limit?: number | "auto";
  readonly limitFixed?: true;
  readonly ceilings?: WireByValue;
  readonly floors?: WireByValue;
  readonly pauses: readonly WirePause[];
}

/** As `LiveConsumer` of `lib/live`. */
export interface WireConsumer {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly policy: string;
  readonly part?: { readonly from: number; readonly to: number };
  readonly limit?: number;
  readonly instances: number;
  readonly running: number;
  readonly ready: number;
  readonly callsPerS: number;
  readonly throttled: number;
  readonly asked?: readonly {
    readonly platform?: string;
    readonly function?: string;
    readonly leftMs: number;
  }[];
  readonly settings?: { readonly revision: number; readonly error?: string };
  readonly beatAgoMs: number;
}

/** As `QueueDepth` of `lib/queue`. */
export interface WireDepth {
  readonly delayed: number;
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly nextDueAtMs?: number;
  readonly oldestSubmittedAtMs?: number;
}

/** As `LiveView` of `lib/live`. */
export interface WireLive {
  readonly atMs: number;
  readonly depth: WireDepth;
  readonly limit?: number;
  readonly inFlight: number;
  readonly ready: number;
  readonly callsPerS: number;
  readonly throttledPerS: number;
  readonly completedPerS: number;
  readonly failedPerS: number;
  readonly byChain: readonly WireRow[];
  readonly byFunction: readonly WireRow[];
  readonly byLabel?: { readonly label: string; readonly rows: readonly WireRow[] };
  readonly queueingMs: {
    readonly minute: WirePercentiles & { readonly n: number };
    readonly hour: WirePercentiles & { readonly n: number };
  };
  readonly consumers: readonly WireConsumer[];
  readonly settings: WireSettings;
}

/** The state of an instance. */
export type WireState = "delayed" | "queued" | "running" | "completed" | "failed" | "cancelled";

/** An instance, as lists have it. */
export interface WireInstance {
  readonly id: string;
  readonly chain: string;
  readonly state: WireState;
  readonly labels?: Readonly<Record<string, string>>;
  readonly submittedAtMs: number;
  readonly dueAtMs?: number;
  /** Of one instance; lists do not have it. */
  readonly retriedAtMs?: readonly number[];
  readonly endedAtMs?: number;
  readonly priority?: number;
  readonly deadlineMs?: number;
  readonly parent?: { readonly instance: string; readonly node: string; readonly item?: number };
  readonly reason?: string;
  readonly args?: unknown;
  readonly output?: unknown;
  readonly unreadable?: string;
}

/** A part of a list. */
export interface WireInstances {
  readonly instances: readonly WireInstance[];
  /** The `cursor` of the next part. */
  readonly next?: string;
}

/** The record of a node, or of an item of a map. */
export interface WireRecord {
  readonly state: string;
  readonly attempts?: number;
  readonly endedAtMs?: number;
  readonly runMs?: number;
  readonly reason?: string;
  readonly output?: unknown;
}

/** A node of an instance's chain, with what is known of it. */
export interface WireNode extends WireRecord {
  readonly node: string;
  /** The function, or the chain, that it calls. */
  readonly calls: string;
  /** The names of the nodes before it. */
  readonly after: readonly string[];
  readonly generation?: number;
  /** Of a map: its items that are known. */
  readonly items?: readonly (WireRecord & { readonly item: number })[];
}

/** An instance with its nodes, in the order of its chain. */
export interface WireDetail extends WireInstance {
  readonly nodes: readonly WireNode[];
  /** The instances that it has called. */
  readonly called: readonly WireInstance[];
  /** Whether more is known than the answer has. */
  readonly isCut: boolean;
}

/** Failed instances with one cause. */
export interface WireFailure {
  readonly chain: string;
  /** The reason, with ids and numbers replaced. */
  readonly pattern: string;
  /** The reason of the one that was submitted last. */
  readonly reason: string;
  readonly count: number;
  readonly lastAtMs: number;
  /** The ids of those that were submitted last. */
  readonly some: readonly string[];
}

/** The dead letters by cause. */
export interface WireFailures {
  readonly groups: readonly WireFailure[];
  readonly looked: number;
  readonly isCut: boolean;
}

/** The number of instances that an action has reached, or would reach. */
export interface WireReached {
  readonly reached: number;
  /** Whether there are more, which a dry run did not count. */
  readonly isMore?: true;
}

/** A consumer, as answers to a change name it. */
export interface WireConsumerRef {
  readonly host: string;
  readonly pid: number;
  readonly error?: string;
}

/** The answers of consumers to a change of settings. */
export interface WireChanged {
  readonly consumers: number;
  readonly refusedBy: readonly WireConsumerRef[];
  readonly unanswered: readonly WireConsumerRef[];
  /** Of a dry run of a pause: the instances that are meant. */
  readonly instances?: number;
}
