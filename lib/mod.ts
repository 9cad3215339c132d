/**
 * The public module "sequoia": the names that the author of a workload or of a policy needs. `lib/sequoia.d.ts` holds their
 * signatures; a test compares it with this list. The scheduler core is a module of its own, "sequoia/scheduler".
 *
 * @example A workload.
 * ```ts
 * import { chain, fn, lognormal } from "sequoia";
 * const resize = fn("resize", { time: lognormal("100ms", "200ms") });
 * export default chain("thumbnails", ({ call }) => void call(resize));
 * ```
 *
 * @module
 */

// Workloads.
export {
  type Callback,
  type CallOptions,
  type Chain,
  chain,
  type ChainBuilder,
  type ChainNode,
  type ChainOptions,
  type ErrorKind,
  type FailureCause,
  fn,
  type FunctionAuth,
  type FunctionBody,
  type FunctionDefinition,
  type FunctionEvent,
  type FunctionOptions,
  type FunctionSpec,
  type Join,
  type Json,
  type JsonObject,
  type MapRule,
  type Method,
  METHODS,
  type NodeRef,
  type OnFailure,
  type RetryRule,
  SequoiaError,
  type SequoiaErrorOptions,
  type Workload,
  workload,
  type WorkloadChain,
  type WorkloadChainOptions,
  WorkloadError,
  type WorkloadErrorCode,
  type WorkloadPlace,
} from "./model/mod.ts";
// Run times and arrivals.
export {
  type ArrivalProcess,
  type Arrivals,
  arrivalTimes,
  burst,
  bursts,
  constant,
  daily,
  type Distribution,
  type Duration,
  every,
  exponential,
  formatDuration,
  gamma,
  type LoadBounds,
  lognormal,
  meanMs,
  parseDuration,
  poisson,
  type Quantile,
  quantiles,
  ramp,
  type Random,
  sampleMs,
  seededRandom,
  steps,
  trace,
  uniform,
  weibull,
} from "./model/mod.ts";
// Policies.
export {
  type FunctionStats,
  type GroupStats,
  type PlatformView,
  type Policy,
  PolicyError,
  type PolicyErrorCode,
  policyOf,
  type PolicyOptions,
  type Stats,
  type Task,
} from "./policies/mod.ts";
