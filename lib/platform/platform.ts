import {
  type Chain,
  type FunctionSpec,
  type Instance,
  type JsonText,
  type Outcome,
  SequoiaError,
  type Stop,
} from "../model/mod.ts";

/** One attempt to be made. */
export interface Call {
  /** The function that is called. */
  readonly spec: FunctionSpec;
  /** The instance that the call is a part of. */
  readonly instance: Instance;
  /** The node's index in its chain. */
  readonly node: number;
  /** Of a map: which item, from 0. */
  readonly item?: number | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** The node's args, with their templates replaced. */
  readonly args: JsonText;
  /** The outputs of the predecessors by node name. */
  readonly inputs: Readonly<Record<string, JsonText>>;
  /** Where it goes, if several platforms are attached. */
  readonly platform?: string | undefined;
  /** The header that makes its span the parent of what it calls, if a span is recorded. (Default: it follows from the call) */
  readonly traceparent?: string | undefined;
}

/** The result of an attempt. */
export interface Answer {
  /** The outcome: ok with an output, failed, or throttled. */
  readonly outcome: Outcome;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** Whether the platform said that it had to start a container first. */
  readonly cold: boolean;
  /** When the last byte of the request had been handed to the system, in milliseconds since 1970, if that is known. */
  readonly sentAtMs?: number;
  /**
   * The time that the call was held back before it was made, as this machine was short of something, in milliseconds. (Default:
   * 0)
   */
  readonly heldMs?: number;
  /** The platform that made the attempt, if not the one that was asked, under its own name. */
  readonly platform?: string;
}

/** Somewhere functions run. */
export interface Platform extends AsyncDisposable {
  /** The name in run logs and messages. */
  readonly name: string;
  /**
   * Makes one attempt. Whatever goes wrong with the call is an outcome. A function in the background (`spec.background`) is ok,
   * with the output null, once the platform has taken its call; at an http URL it is called as any other.
   *
   * @param signal ends the attempt at once, as failed and retryable
   * @throws {PlatformError} if the platform as a whole cannot be used, so that there is no sense in going on
   */
  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer>;
  /**
   * Makes the platform ready for `calls` calls of a function at once, as far as it can: opens connections, so that the calls
   * start together.
   *
   * @param signal ends the preparation early
   * @throws {PlatformError} as {@linkcode Platform.invoke}
   */
  prepare?(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void>;
  /**
   * The reason why nobody serves a function now, if that is known without calling it; a call would wait for that, see
   * `Outcome`.
   */
  unserved?(spec: FunctionSpec): Promise<string | undefined>;
  /** Chains whose functions trigger each other there, if it has such. */
  readonly native?: NativeChains | undefined;
}

/** The end of one call of a chain. */
export interface ChainCallEnd {
  /** The node's index in its chain. */
  readonly node: number;
  /** When it started, in milliseconds from the start of the chain: an HTTP call when it was made, others had their turn. */
  readonly atMs: number;
  /** The time that the call had waited for that at the provider, in milliseconds. */
  readonly queuedMs: number;
  /** The time that the call took from there, with its cold start, in milliseconds. */
  readonly runMs: number;
  /** The part of that for which the provider kept an HTTP call in its line, in milliseconds. (Default: none) */
  readonly providerQueuedMs?: number;
  /** As HTTP would say it; 0: its caller waited no longer. */
  readonly status: number;
  /** Whether a container was started for it. */
  readonly cold: boolean;
  /** Why nothing comes after it, if so. */
  readonly lost?: string;
}

/** Chains that a platform runs by itself: each function triggers its successors. */
export interface NativeChains {
  /** Whether a chain can be run so: all of its functions are there. */
  takes(chain: Chain): boolean;
  /**
   * Runs a chain.
   *
   * @param told called for each call that has ended
   * @param signal ends the hearing at once, though not the chain
   * @returns the reason why `told` was not called for every call, if so
   * @throws {PlatformError} if the platform as a whole cannot be used
   */
  run(
    instance: Instance,
    told: (end: ChainCallEnd) => void,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** The codes of errors about platforms; stable. */
export type PlatformErrorCode =
  | "bad-platform"
  | "bad-address"
  | "cannot-listen"
  | "unserved";

const OF_USAGE: ReadonlySet<PlatformErrorCode> = new Set(["bad-address"]);

/** A platform that cannot be used; the message names it, the reason and what to do. */
export class PlatformError extends SequoiaError<PlatformErrorCode> {
  /** The name of the class. */
  override readonly name = "PlatformError";

  /** Makes an error with its stable code. */
  constructor(code: PlatformErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { ...options, kind: OF_USAGE.has(code) ? "usage" : "failure" });
  }
}
