/** The events that reports are folded from: plain data, and all that this folder knows of the run log. */
export type {
  AttemptEvent,
  ChainOutcome,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  Recorder,
  RunEvent,
  RunInfo,
  SubmitEvent,
} from "../record/mod.ts";
