import type { FunctionOptions } from "../../lib/model/mod.ts";
import type { Call, Platform } from "../../lib/platform/mod.ts";
import type { Stage } from "./stage.ts";

/** A platform before a server of its own, as the tests of a kind lend it to the contract. */
export interface PlatformHarness extends AsyncDisposable {
  readonly platform: Platform;
  /** Sets the outcomes of calls, and shows the requests that reached the function. */
  readonly stage: Stage;
  /** A call of the function. */
  call(options?: FunctionOptions, parts?: Partial<Call>): Call;
}

/** The settings of a harness. */
export interface HarnessOptions {
  /** The patterns for the URLs that may be called. (Default: any) */
  readonly allowed?: readonly string[];
}

/** A test of the contract. */
export interface PlatformCase {
  readonly name: string;
  /** The settings that it needs. (Default: none) */
  readonly options?: HarnessOptions;
  run(harness: PlatformHarness): Promise<void>;
}
