/**
 * The public module "sequoia/scheduler": the scheduler core, for programs that drive it themselves, and what it is given.
 *
 * @module
 */
export * from "./mod.ts";
export * from "../policies/mod.ts";
export {
  type ByValue,
  type Callback,
  type Chain,
  type ChainNode,
  type FailureCause,
  type FunctionSpec,
  type Instance,
  instanceMaker,
  type InstanceOptions,
  type InstanceOutcome,
  type Join,
  type Json,
  type JsonObject,
  type JsonText,
  type MapRule,
  type Method,
  METHODS,
  type NodeRecord,
  type NodeState,
  NULL,
  type OnFailure,
  type Outcome,
  type ParentRef,
  type Pause,
  type Random,
  type RetryRule,
  type WorkloadChain,
} from "../model/mod.ts";
