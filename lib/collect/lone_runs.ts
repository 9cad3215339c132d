import { type AttemptEvent, originalCall, type Recorder, type TimedLine } from "../record/mod.ts";
import { type FunctionRun, Matcher } from "./matcher.ts";

/** What functions are called that say nothing better: by the original's consumer, and by its wrapper. */
const ANYBODY = new Set(["functionSide", "lambda"]);

/** Records runs of functions of which nothing is known but what they say themselves, each as an attempt. */
export class LoneRuns {
  readonly #recorder: Pick<Recorder, "attempt">;
  readonly #matcher = new Matcher();
  /** Runs that were recorded. */
  recorded = 0;

  constructor(recorder: Pick<Recorder, "attempt">) {
    this.#recorder = recorder;
  }

  /** Functions that run, as far as is known. */
  get running(): number {
    return this.#matcher.open;
  }

  /** Lines whose counterpart never came. */
  get unmatched(): number {
    return this.#matcher.forgotten;
  }

  /** A function has said something. */
  take(line: TimedLine, heardAtMs: number): void {
    const run = this.#matcher.take(line, heardAtMs);
    if (run === undefined) return;
    this.recorded++;
    this.#recorder.attempt(attemptOf(run));
  }
}

function attemptOf(run: FunctionRun): AttemptEvent {
  const { startedAtMs, endedAtMs } = run;
  return {
    ...namesOf(run),
    attempt: 1,
    startedAtMs,
    runMs: endedAtMs - startedAtMs,
    outcome: "ok",
    settled: false, // whether another attempt followed is not known here, nor how long it had waited
    status: 0,
    queuedMs: 0,
    cold: false,
    platform: "",
  };
}

/** By an id of the original's; or of ours, `<instance>/<node>[/<item>]`; or, of any other, by what the function calls itself. */
function namesOf({ who, id }: FunctionRun): Pick<AttemptEvent, "function" | "chain" | "instance" | "node"> {
  const { chain, instance, function: name, node } = originalCall(who, id);
  if (instance !== id) return { chain, instance, function: ANYBODY.has(who) ? name : who, node };
  const [, own, ofOurs] = /^([^/]+)\/(.+?)(?:\/\d+)?$/.exec(id) ?? [];
  if (own === undefined) return { chain: who, instance: id, function: who, node: who };
  return { chain: who, instance: own, function: ANYBODY.has(who) ? ofOurs! : who, node: ofOurs! };
}
