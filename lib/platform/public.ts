/**
 * The public module "sequoia/platform": opens what calls functions, for the consumer of `sequoia/consume`, and the interface to
 * write another one.
 *
 * @example A platform of your own, which runs functions within the process.
 * ```ts
 * import type { Platform } from "sequoia/platform";
 *
 * const here: Platform = {
 *   name: "here",
 *   invoke: ({ args }) => Promise.resolve({ outcome: { kind: "ok", output: args }, status: 200, cold: false }),
 *   [Symbol.asyncDispose]: () => Promise.resolve(),
 * };
 * ```
 *
 * @example Functions without a URL are on AWS Lambda, by their names; only some URLs may be called.
 * ```ts
 * import { openPlatform } from "sequoia/platform";
 *
 * await using platform = await openPlatform({
 *   attached: ["local=http://127.0.0.1:7077,limit=200"], // or aws=lambda:eu-central-1,limit=1000
 *   allowed: ["https://*.example.com/"],
 * });
 * ```
 *
 * @module
 */
export { Stop } from "../model/mod.ts";
export type { ChainCallEnd } from "./platform.ts";
export { openPlatform, type OpenPlatformOptions } from "./open.ts";
export {
  type Answer,
  type Call,
  type NativeChains,
  type Platform,
  PlatformError,
  type PlatformErrorCode,
} from "./platform.ts";
