import { fileError, FOLDER, RunLogError } from "./errors.ts";
import { EventCursor, iterate } from "./event_cursor.ts";
import type { RunEvent } from "./events.ts";
import { type LineBatch, LineTooLong, readLines, STDIN } from "./lines.ts";
import { isOriginalLine, OriginalReading } from "./original/mod.ts";
import type { LineReading, RunLog } from "./run_log.ts";
import { notARunLog, TraceReading } from "./trace_reading.ts";

/** Longer lines, in characters, are not an event's. A log on one line (`jq -c .`) may be as long as this. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** The most events that are read before they are asked for. */
const BATCH = 1000;

/**
 * Reads a run log, line by line, at any size; a compressed one is uncompressed, and `-` is the program's standard input. A log of the original system is read as
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
  const warnings: string[] = [], cursor = new EventCursor(readBatches(path, warnings));
  let runs = 0;
  const isEnd = ({ type }: RunEvent) => {
    if (type !== "run" || ++runs === 1) return false;
    warnings.push(`${path} holds several runs; all but the first were left out`);
    return true;
  };
  return { events: iterate(cursor, { isEnd, ended: () => cursor.close() }), warnings };
}

/**
 * Reads a file as {@linkcode readRunLog}, with all runs that it holds: each begins with a `run` event.
 *
 * @throws {RunLogError} from the iteration of `events`, as {@linkcode readRunLog}
 */
export function readRunFile(path: string): RunLog {
  const warnings: string[] = [], cursor = new EventCursor(readBatches(path, warnings));
  return { events: iterate(cursor, { isEnd: () => false, ended: () => cursor.close() }), warnings };
}

/**
 * Reads all runs of a file, one after the other; those of logs that were put together, for example. Each must be read to its
 * end before the next is asked for; the rest of it is passed over.
 *
 * @throws {RunLogError} as {@linkcode readRunLog}, from this iteration or that of a run's `events`
 */
export async function* readRuns(path: string): AsyncGenerator<RunLog> {
  const warnings: string[] = [], cursor = new EventCursor(readBatches(path, warnings));
  try {
    while (await cursor.more()) {
      const first = cursor.head;
      const isEnd = (event: RunEvent) => event.type === "run" && event !== first;
      const events = iterate(cursor, { isEnd, ended: () => Promise.resolve() });
      yield { events, warnings };
      await events.return?.();
      while (await cursor.more() && !isEnd(cursor.head!)) cursor.pass();
    }
  } finally {
    await cursor.close();
  }
}

/** The events of a file, in batches: those of a run that has begun come before an error. */
async function* readBatches(path: string, warnings: string[]): AsyncGenerator<readonly RunEvent[]> {
  let batch: RunEvent[] = [];
  try {
    for await (const events of eventsOf(path, warnings)) {
      for (const event of events) {
        batch.push(event);
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length === 0) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
}

/** The events of a file, as they are read: those of some lines at once. */
async function* eventsOf(path: string, warnings: string[]): AsyncGenerator<Iterable<RunEvent>> {
  let reading: LineReading | undefined, number = 0, isDamaged = false;
  const onDamage = () => {
    isDamaged = true;
    warnings.push(`${path} is damaged: its compressed data breaks off; read up to there`);
  };
  function* take({ lines, restAtByte }: LineBatch): Generator<RunEvent> {
    for (const text of lines) {
      number++;
      if (text === "" || text.trim() === "") continue;
      reading ??= readingOf(text, path, warnings);
      yield* reading.take({ text, number, restAtByte });
    }
  }
  try {
    await check(path);
    for await (const batch of readLines(path, { longest: LONGEST_LINE, onDamage })) yield take(batch);
  } catch (error) {
    if (error instanceof RunLogError) throw error;
    if (error instanceof LineTooLong) throw notARunLog(path);
    throw fileError("read", path, error);
  }
  if (reading === undefined && number > 0) throw notARunLog(path);
  yield (reading ?? new TraceReading(path, warnings)).end(isDamaged);
}

async function check(path: string): Promise<void> {
  if (path === STDIN) return;
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
