/** The events that reports are folded from: plain data, and all that this folder knows of the run log. */
export {
  type AttemptEvent,
  type ChainOutcome,
  type CounterEvent,
  type EndEvent,
  type FunctionRunEvent,
  queueOf,
  reasonPattern,
  type Recorder,
  recordEvent,
  RUN_SCHEMA,
  type RunEvent,
  type RunInfo,
  type SettingEvent,
  type SettingKind,
  settingName,
  type SubmitEvent,
} from "../record/mod.ts";
