import { fileError, FOLDER, RunLogError } from "./errors.ts";
import type { RunEvent } from "./events.ts";
import { LineTooLong, readLines } from "./lines.ts";
import { isOriginalLine } from "./original_line.ts";
import { OriginalReading } from "./original_log.ts";
import type { LineReading, RunLog } from "./run_log.ts";
import { notARunLog, TraceReading } from "./trace_reading.ts";

/** Longer lines, in characters, are not an event's. A log on one line (`jq -c .`) may be as long as this. */
const LONGEST_LINE = 256 * 1024 * 1024;

/**
 * Reads a run log, line by line, at any size; a compressed one is uncompressed. A log of the original system is read as
 * {@linkcode originalRun} says, if its first line that is not blank is of that kind. Of a file that holds several runs the
 * first is read, with a warning; {@linkcode readRuns} reads all.
 *
 * A log that ends in mid-line (its writer was killed) is read up to there with a warning; lines that are no event are left
 * out with one warning for all of them; events of other tools are ignored.
 *
 * @throws {RunLogError} from the iteration of `events`: not-found, is-folder, not-permitted, empty, not-a-run-log,
 * cut-short, newer or io
 *
 * @example
 * ```ts
 * import { readRunLog } from "./mod.ts";
 * async function attemptsIn(path: string): Promise<number> {
 *   let count = 0;
 *   for await (const event of readRunLog(path).events) if (event.type === "attempt") count++;
 *   return count;
 * }
 * ```
 */
export function readRunLog(path: string): RunLog {
  const warnings: string[] = [];
  return { events: firstRun(path, warnings), warnings };
}

async function* firstRun(path: string, warnings: string[]): AsyncGenerator<RunEvent> {
  let runs = 0;
  for await (const event of readEvents(path, warnings)) {
    if (event.type === "run" && ++runs > 1) {
      warnings.push(`${path} holds several runs; all but the first were left out`);
      return;
    }
    yield event;
  }
}

/**
 * Reads all runs of a file, one after the other; those of logs that were put together, for example. Each must be read to its
 * end before the next is asked for; the rest of it is passed over.
 *
 * @throws {RunLogError} as {@linkcode readRunLog}, from this iteration or that of a run's `events`
 */
export async function* readRuns(path: string): AsyncGenerator<RunLog> {
  const warnings: string[] = [];
  const events = readEvents(path, warnings);
  try {
    let next = await events.next();
    const run = async function* (): AsyncGenerator<RunEvent> {
      do {
        yield next.value as RunEvent;
        next = await events.next();
      } while (!next.done && next.value.type !== "run");
    };
    while (!next.done) {
      const own = run();
      yield { events: own, warnings };
      for await (const _passedOver of own);
    }
  } finally {
    await events.return(undefined);
  }
}

async function* readEvents(path: string, warnings: string[]): AsyncGenerator<RunEvent> {
  let reading: LineReading | undefined, number = 0, isDamaged = false;
  const onDamage = () => {
    isDamaged = true;
    warnings.push(`${path} is damaged: its compressed data breaks off; read up to there`);
  };
  try {
    await check(path);
    for await (const { lines, restAtByte } of readLines(path, { longest: LONGEST_LINE, onDamage })) {
      for (const text of lines) {
        number++;
        if (text.trim() === "") continue;
        reading ??= readingOf(text, path, warnings);
        yield* reading.take({ text, number, restAtByte });
      }
    }
  } catch (error) {
    if (error instanceof RunLogError) throw error;
    if (error instanceof LineTooLong) throw notARunLog(path);
    throw fileError("read", path, error);
  }
  if (reading === undefined && number > 0) throw notARunLog(path);
  yield* (reading ?? new TraceReading(path, warnings)).end(isDamaged);
}

async function check(path: string): Promise<void> {
  const { isDirectory, isFile, size } = await Deno.stat(path);
  if (isDirectory) throw new RunLogError("read", path, "is-folder", FOLDER);
  if (isFile && size === 0) {
    throw new RunLogError("read", path, "empty", "it is empty. Give a file that --out has written");
  }
}

/** The reading of the format that a first line shows. */
function readingOf(firstLine: string, path: string, warnings: string[]): LineReading {
  return isOriginalLine(firstLine) ? new OriginalReading(path, warnings) : new TraceReading(path, warnings);
}
