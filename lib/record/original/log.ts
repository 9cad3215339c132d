import { counted } from "../../model/mod.ts";
import { RunLogError } from "../errors.ts";
import { RUN_SCHEMA, type RunEvent } from "../events.ts";
import { LONGEST_CALL_MS, OriginalInstances } from "./instances.ts";
import { type OriginalLine, parseOriginalLine } from "./line.ts";
import type { LineReading, LogLine, RunLog } from "../run_log.ts";
import { TimeOrder } from "./time_order.ts";

/**
 * After this silence, in milliseconds, nothing can come of the instances under way: their program was stopped. An instance of
 * the same name later is of the next experiment, as logs and topics are added to.
 */
const SILENCE_MS = Math.max(...Object.values(LONGEST_CALL_MS));

/** The topics that the original writes its log to. */
export const ORIGINAL_LOG_TOPICS = [
  "producer_side_logging_queue",
  "consumer_side_logging_queue",
  "consumer_side_logging",
  "function_side_logging_queue",
] as const;

/** A text from a topic or a file: one line of the original's log, or several. */
export interface ReceivedText {
  readonly text: string;
  /** When it was received, in milliseconds since 1970: the time of lines that have no readable one of their own. */
  readonly atMs?: number;
}

/**
 * Reads the original system's log of a run, from its topics `producer_side_logging_queue`, `consumer_side_logging_queue` and
 * `function_side_logging_queue`, or its files `serverLogs.txt` and `serverLogsCS.txt`, all or some, put together in any order;
 * beyond 100,000 lines about in the order of their times.
 *
 * - `producerSide-start` is a submission. An instance without one is counted from its first start on, so that how long that
 *   waited is not known.
 * - `consumerSide-start` and `-end` are an attempt, from the request to its answer; `functionSide-start` and `-end` one where
 *   the consumer's lines are missing. The status of an answer is not logged: every answer counts as ok, as it does there.
 * - A start without an end had no answer, or the log ends before it. It is no attempt, as nobody knows how long it took.
 * - An instance has completed when all of its `lastNodeIdList` have ended; one that started and has not is dropped as of
 *   the last line, or of the last one before a silence of a quarter of an hour; one that never started is unfinished.
 * - An attempt's queueing time is from the submission, or from the last answer before it to a call that others come after: in
 *   chains and fans that is what it came after. In other trees a branch beside it may have ended later, and the time is
 *   too short.
 *
 * @param name where the lines come from, for messages
 * @throws {RunLogError} from the iteration of `events`: empty, or not-a-run-log if no line is understood
 */
export function originalRun(name: string, lines: AsyncIterable<ReceivedText>): RunLog {
  const warnings: string[] = [];
  return { events: readOriginal(name, lines, warnings), warnings };
}

async function* readOriginal(
  name: string,
  received: AsyncIterable<ReceivedText>,
  warnings: string[],
): AsyncGenerator<RunEvent> {
  const reading = new OriginalReading(name, warnings);
  let number = 0;
  for await (const { text, atMs } of received) {
    for (const line of text.split("\n")) {
      if (line.trim() !== "") yield* reading.take({ text: line, number: ++number, receivedAtMs: atMs });
    }
  }
  yield* reading.end();
}

/** The reading of the original's lines. */
export class OriginalReading implements LineReading {
  readonly #name: string;
  readonly #warnings: string[];
  readonly #order: TimeOrder<OriginalLine>;
  readonly #instances = new OriginalInstances();
  /** The calls that no consumer has made: only the functions tell of these. */
  readonly #lone = new OriginalInstances();
  #isConsumerSeen = false;
  #isBegun = false;
  /** The time of the last line that was released, in milliseconds since 1970. */
  #atMs = -Infinity;
  #lines = 0;
  #unreadable = 0;
  #firstUnreadable = 0;
  #late = 0;

  /** @param window the most lines that may stand between a line and the place where its time belongs */
  constructor(name: string, warnings: string[], window = 50_000) {
    this.#name = name;
    this.#warnings = warnings;
    this.#order = new TimeOrder(window);
  }

  *take({ text, number, receivedAtMs }: LogLine): Generator<RunEvent> {
    this.#lines++;
    const line = parseOriginalLine(text, receivedAtMs);
    if (line === undefined) {
      if (this.#unreadable++ === 0) this.#firstUnreadable = number;
    } else if (this.#isWanted(line)) {
      for (const due of this.#order.add(line)) yield* this.#follow(due);
    }
  }

  *end(): Generator<RunEvent> {
    for (const line of this.#order.rest()) yield* this.#follow(line);
    if (!this.#isBegun) throw this.#nothing();
    yield* this.#finish();
    this.#warnings.push(...this.#faults());
  }

  /** Whether a line may be followed: the consumer's must not repeat what has been told in the functions' words. */
  #isWanted({ side, atMs }: OriginalLine): boolean {
    const isLate = atMs < this.#atMs;
    if (isLate) this.#late++;
    if (side !== "consumer" || this.#isConsumerSeen) return true;
    if (isLate) return false;
    this.#isConsumerSeen = true;
    this.#instances.decideByConsumer();
    return true;
  }

  *#follow(line: OriginalLine): Generator<RunEvent> {
    if (!this.#isBegun) yield runOf(line.atMs);
    else if (line.atMs - this.#atMs > SILENCE_MS) yield* this.#finish();
    this.#isBegun = true;
    this.#atMs = Math.max(this.#atMs, line.atMs);
    if (line.side === "producer") yield this.#instances.submit(line);
    else yield* (line.call.isLone ? this.#lone : this.#instances).call(line);
  }

  *#finish(): Generator<RunEvent> {
    yield* this.#instances.finish(this.#atMs);
    yield* this.#lone.finish(this.#atMs);
  }

  #nothing(): RunLogError {
    return this.#lines === 0
      ? new RunLogError("read", this.#name, "empty", "it holds no lines. Run the original first")
      : new RunLogError(
        "read",
        this.#name,
        "not-a-run-log",
        "no line of it is understood. Give lines of the original's logs",
      );
  }

  /** The faults of the log, in sentences. */
  *#faults(): Generator<string> {
    const name = this.#name, lone = this.#lone, { unsubmitted, unstarted, unanswered } = this.#instances;
    if (this.#unreadable === 1) {
      yield `line ${this.#firstUnreadable} of ${name} is not understood; it was left out`;
    } else if (this.#unreadable > 1) {
      yield `${this.#unreadable} lines of ${name} are not understood (the first is line ${this.#firstUnreadable}); ` +
        "they were left out";
    }
    if (this.#late > 0) {
      yield `${name} is far from the order of time (at ${
        counted(this.#late, "line")
      }), so figures may be wrong. ` +
        "Sort its lines by time";
    }
    if (unsubmitted > 0) {
      yield `${name} lacks the submissions of ${
        counted(unsubmitted, "instance")
      }; they count from their first start`;
    }
    const ends = unstarted + lone.unstarted, calls = unanswered + lone.unanswered;
    if (ends > 0) yield `${name} lacks the starts of ${counted(ends, "call")}; they were left out`;
    if (calls > 0) {
      yield `${name} lacks the ends of ${counted(calls, "call")}; they are not counted as attempts`;
    }
  }
}

function runOf(startedAtMs: number): RunEvent {
  return { type: "run", schema: RUN_SCHEMA, command: "original", version: "", startedAtMs };
}
