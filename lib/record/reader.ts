import type { Chain } from "../model/mod.ts";
import { decodeEvent, decodeRun, runArgs } from "./decode.ts";
import { RUN_EVENT } from "./encode.ts";
import { fileError, FOLDER, RunLogError } from "./errors.ts";
import { RUN_SCHEMA, type RunEvent, type RunInfo } from "./events.ts";
import { LineTooLong, readLines } from "./lines.ts";

/** The first event must be among so many; they are held until it is found. */
const SEARCHED = 1000;
/** Longer lines, in characters, are not an event's. A log on one line (`jq -c .`) may be so long. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** A run log that is being read. */
export interface RunLog {
  /**
   * What the log holds, first the `run` event, then the others in the order of the file. The file is opened when
   * this is iterated, once, and closed when the iteration ends.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** What was wrong with the file, in sentences; complete when `events` has ended. */
  readonly warnings: readonly string[];
}

/**
 * Reads a run log, line by line, at any size; a compressed one is uncompressed.
 *
 * A log that ends in mid-line (its writer was killed) is read up to there with a warning; lines that are no event are left
 * out with one warning for all of them; events of other tools are ignored.
 *
 * @throws {RunLogError} from the iteration of `events`: not-found, is-folder, not-permitted, empty, not-a-run-log,
 * cut-short, newer or io
 *
 * @example
 * ```ts ignore
 * const log = readRunLog("run.json");
 * for await (const event of log.events) if (event.type === "attempt") count++;
 * ```
 */
export function readRunLog(path: string): RunLog {
  const warnings: string[] = [];
  return { events: readEvents(path, warnings), warnings };
}

async function* readEvents(path: string, warnings: string[]): AsyncGenerator<RunEvent> {
  const reading = new Reading(path, warnings);
  try {
    await reading.check();
    const options = { longest: LONGEST_LINE, onDamage: () => reading.damaged() };
    for await (const { lines, restAtByte } of readLines(path, options)) {
      for (const line of lines) yield* reading.take(line, restAtByte);
    }
  } catch (error) {
    if (error instanceof RunLogError) throw error;
    if (error instanceof LineTooLong) throw reading.notARunLog();
    throw fileError("read", path, error);
  }
  reading.end();
}

/** The state of one reading: what the run is, once it is known, and what was wrong so far. */
class Reading {
  readonly #path: string;
  readonly #warnings: string[];
  #run: RunInfo | undefined;
  /** The chains that the log has defined so far, by number. */
  readonly #chains = new Map<number, Chain>();
  #beforeRun: unknown[] = [];
  #line = 0;
  #unreadable = 0;
  #firstUnreadable = 0;
  #damaged = false;

  constructor(path: string, warnings: string[]) {
    this.#path = path;
    this.#warnings = warnings;
  }

  async check(): Promise<void> {
    const { isDirectory, isFile, size } = await Deno.stat(this.#path);
    if (isDirectory) throw new RunLogError("read", this.#path, "is-folder", FOLDER);
    if (isFile && size === 0) throw this.#empty();
  }

  damaged(): void {
    this.#damaged = true;
    this.#warnings.push(`${this.#path} is damaged: its compressed data breaks off; read up to there`);
  }

  /** The events of a line: one, none, or all of them if the log stands on one line. */
  *take(line: string, restAtByte: number | undefined): Generator<RunEvent> {
    this.#line++;
    const parsed = parseLine(line);
    if (parsed === undefined) return;
    if (parsed !== "unreadable") {
      for (const event of parsed) yield* this.#event(event);
    } else if (restAtByte === undefined || this.#line === 1) {
      this.#unreadableLine(line, restAtByte !== undefined);
    } else {
      this.#warnings.push(`${this.#path} ends in mid-line (byte ${restAtByte}); read up to there`);
    }
  }

  /** To be called after the last line. */
  end(): void {
    if (this.#line === 0 && !this.#damaged) throw this.#cutShort();
    if (this.#run === undefined) throw this.notARunLog();
    if (this.#unreadable === 0) return;
    const lines = this.#unreadable === 1
      ? `line ${this.#firstUnreadable} of ${this.#path} is no event; it was left out`
      : `${this.#unreadable} lines of ${this.#path} are no events (the first is line ${this.#firstUnreadable}); they were left out`;
    this.#warnings.push(lines);
  }

  notARunLog(): RunLogError {
    const detail = `it is no run log (it has no ${RUN_EVENT} event). Give a file that --out has written`;
    return new RunLogError("read", this.#path, "not-a-run-log", detail);
  }

  *#event(event: unknown): Generator<RunEvent> {
    if (this.#run !== undefined) yield* this.#decode(event, this.#run);
    else if (!this.#findRun(event)) this.#beforeRun.push(event);
    else {
      yield { type: "run", ...this.#run! };
      for (const earlier of this.#beforeRun.splice(0)) yield* this.#decode(earlier, this.#run!);
    }
    if (this.#beforeRun.length > SEARCHED) throw this.notARunLog();
  }

  *#decode(event: unknown, run: RunInfo): Generator<RunEvent> {
    const decoded = decodeEvent(event, run.startedAtMs, this.#chains);
    if (decoded === "unreadable") this.#count();
    else if (decoded !== undefined) yield decoded;
  }

  #findRun(event: unknown): boolean {
    const args = runArgs(event);
    if (args === undefined) return false;
    if (args.schema !== RUN_SCHEMA) throw this.#otherSchema(args.schema);
    this.#run = decodeRun(args);
    if (this.#run === undefined) throw this.notARunLog();
    return true;
  }

  #unreadableLine(line: string, isRest: boolean): void {
    if (this.#run !== undefined) return this.#count();
    if (isRest && isBeginning(line)) {
      const detail =
        "it ends within its first event. Its writer was stopped at once; there is nothing to read";
      throw new RunLogError("read", this.#path, "cut-short", detail);
    }
    throw this.notARunLog();
  }

  #count(): void {
    if (this.#unreadable++ === 0) this.#firstUnreadable = this.#line;
  }

  #otherSchema(schema: unknown): RunLogError {
    if (!/^sequoia\.run\/\d+$/.test(String(schema))) return this.notARunLog();
    const detail = `its schema is ${schema}, and this version reads ${RUN_SCHEMA}. Use the newer Sequoia`;
    return new RunLogError("read", this.#path, "newer", detail);
  }

  #cutShort(): RunLogError {
    const detail = "it ends within its first event. Its writer was stopped at once; there is nothing to read";
    return new RunLogError("read", this.#path, "cut-short", detail);
  }

  #empty(): RunLogError {
    return new RunLogError("read", this.#path, "empty", "it is empty. Give a file that --out has written");
  }
}

/** The events of a line; undefined for a line that has none (blank, a bracket). */
function parseLine(line: string): unknown[] | "unreadable" | undefined {
  const text = line.trim();
  const from = text.startsWith("[") || text.startsWith(",") ? 1 : 0;
  const body = text.slice(from, text.endsWith(",") ? -1 : undefined).trim();
  if (body === "" || body === "]") return undefined;
  const event = parse(body);
  if (event !== undefined) return [event];
  const whole = parse(text) ?? (body.endsWith("]") ? parse(body.slice(0, -1)) : undefined);
  if (whole === undefined) return "unreadable";
  return Array.isArray(whole) ? whole : [whole];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text is how a run log begins. */
function isBeginning(text: string): boolean {
  const beginning = `[{"name":"${RUN_EVENT}"`;
  return text.startsWith(beginning) || beginning.startsWith(text);
}
