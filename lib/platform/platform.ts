import type { FunctionSpec, Instance, Json, JsonObject, Outcome, Stop } from "../model/mod.ts";

/** One attempt to be made. */
export interface Call {
  readonly spec: FunctionSpec;
  readonly instance: Instance;
  /** The node's index in its chain. */
  readonly node: number;
  /** Of a map: which item, from 0. */
  readonly item?: number | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** What the node says, with its templates replaced. */
  readonly args: JsonObject;
  /** The outputs of the predecessors by node name. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** Where it goes, if several platforms are attached. */
  readonly platform?: string | undefined;
}

/** How an attempt went. */
export interface Answer {
  readonly outcome: Outcome;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** Whether the platform said that it had to start a container first. */
  readonly cold: boolean;
  /** Who made the attempt, if not the platform that was asked by its own name. */
  readonly platform?: string;
}

/** Somewhere functions run. */
export interface Platform extends AsyncDisposable {
  readonly name: string;
  /**
   * Makes one attempt. Whatever goes wrong with the call is an outcome.
   *
   * @param signal ends the attempt at once, as failed and retryable
   * @throws {PlatformError} if the platform as a whole cannot be used, so that there is no sense in going on
   */
  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer>;
}

/** A platform or a profile that cannot be used; the message says which, why and what to do. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: "unknown-profile" | "bad-profile" | "bad-platform" | "cannot-listen";

  constructor(code: PlatformError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
