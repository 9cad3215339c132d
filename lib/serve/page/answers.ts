/**
 * The answers of the API, as far as the page reads them. The page's modules are checked for a browser, where the server's modules, which
 * the compiler would read for their types, are errors; `answers_test.ts` holds these types to the server's.
 */

/** As `Percentiles` of `lib/live`. */
export interface ApiPercentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** As `LiveRow` of `lib/live`. */
export interface ApiRow {
  readonly name: string;
  readonly isRest?: true;
  readonly ready: number;
  readonly running: number;
  readonly callsPerS: number;
  readonly throttledPerS: number;
  readonly failedPerS: number;
  readonly share: number;
  readonly queueingMs?: ApiPercentiles;
}

/** As `Pause` of `lib/model`. */
export interface ApiPause {
  readonly chain?: string;
  readonly function?: string;
  readonly label?: { readonly name: string; readonly value: string };
}

/** As `ByValue` of `lib/model`. */
export interface ApiByValue {
  readonly functions?: Readonly<Record<string, number>>;
  readonly chains?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** As `Settings` of `lib/queue`. */
export interface ApiSettings {
  readonly revision: number;
  readonly policy?: { readonly name: string };
  readonly failedPolicy?: { readonly name: string; readonly reason: string; readonly by: string };
  readonly limit?: number | "auto";
  readonly limitFixed?: true;
  readonly ceilings?: ApiByValue;
  readonly floors?: ApiByValue;
  readonly pauses: readonly ApiPause[];
}

/** As `LiveConsumer` of `lib/live`. */
export interface ApiConsumer {
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
export interface ApiDepth {
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
export interface ApiLive {
  readonly atMs: number;
  readonly depth: ApiDepth;
  readonly limit?: number;
  readonly inFlight: number;
  readonly ready: number;
  readonly callsPerS: number;
  readonly throttledPerS: number;
  readonly completedPerS: number;
  readonly failedPerS: number;
  readonly byChain: readonly ApiRow[];
  readonly byFunction: readonly ApiRow[];
  readonly byLabel?: { readonly label: string; readonly rows: readonly ApiRow[] };
  readonly queueingMs: {
    readonly minute: ApiPercentiles & { readonly n: number };
    readonly hour: ApiPercentiles & { readonly n: number };
  };
  readonly consumers: readonly ApiConsumer[];
  readonly settings: ApiSettings;
  readonly holds: readonly ApiHold[];
}

/** Whatever keeps ready calls of some nodes from starting. */
export interface ApiHold {
  readonly chain?: string;
  readonly function?: string;
  readonly label?: { readonly name: string; readonly value: string };
  readonly reason: string;
  /** Absent: of a pause. */
  readonly ready?: number;
  /** Whether these calls have failed and wait to be tried again. */
  readonly ofRetries?: true;
  /** Whether nobody serves their function. */
  readonly unserved?: true;
}

/** The state of an instance. */
export type ApiState = "delayed" | "queued" | "running" | "completed" | "failed" | "cancelled";

/** An instance, as lists have it. */
export interface ApiInstance {
  readonly id: string;
  readonly chain: string;
  readonly state: ApiState;
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
export interface ApiInstances {
  readonly instances: readonly ApiInstance[];
  /** The `cursor` of the next part. */
  readonly next?: string;
}

/** The record of a node, or of an item of a map. */
export interface ApiRecord {
  readonly state: string;
  readonly attempts?: number;
  readonly endedAtMs?: number;
  readonly runMs?: number;
  readonly reason?: string;
  readonly output?: unknown;
}

/** A node of an instance's chain, with what is known of it. */
export interface ApiNode extends ApiRecord {
  readonly node: string;
  /** The function, or the chain, that it calls. */
  readonly calls: string;
  /** The names of the nodes before it. */
  readonly after: readonly string[];
  /** The obstacle of an open node, or that it is in flight, in words. (Absent: it is not open, or nothing is known) */
  readonly standing?: string;
  readonly generation?: number;
  /** Of a map: its items that are known. */
  readonly items?: readonly (ApiRecord & { readonly item: number })[];
}

/** An instance with its nodes, in the order of its chain. */
export interface ApiDetail extends ApiInstance {
  readonly nodes: readonly ApiNode[];
  /** The instances that it has called. */
  readonly called: readonly ApiInstance[];
  /** Whether more is known than the answer has. */
  readonly isCut: boolean;
}

/** Failed instances with one cause. */
export interface ApiFailure {
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
export interface ApiFailures {
  readonly groups: readonly ApiFailure[];
  readonly looked: number;
  readonly isCut: boolean;
}

/** The number of instances that an action has reached, or would reach. */
export interface ApiReached {
  readonly reached: number;
  /** Whether there are more, which a dry run did not count. */
  readonly isMore?: true;
}

/** A consumer, as answers to a change name it. */
export interface ApiConsumerRef {
  readonly host: string;
  readonly pid: number;
  readonly error?: string;
}

/** The answers of consumers to a change of settings. */
export interface ApiChanged {
  readonly consumers: number;
  readonly refusedBy: readonly ApiConsumerRef[];
  readonly unanswered: readonly ApiConsumerRef[];
  /** Of a dry run of a pause: the instances that are meant. */
  readonly instances?: number;
}
