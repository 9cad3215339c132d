import { ARROW } from "./flows.ts";
import { type Chain, counted, isObject } from "../model/mod.ts";
import { decodeEvent, decodeRun, runArgs } from "./decode.ts";
import { LOST_EVENT, RUN_EVENT } from "./encode.ts";
import { RunLogError } from "./errors.ts";
import { EventScanner } from "./event_scanner.ts";
import { RUN_SCHEMA, type RunEvent, type RunInfo } from "./events.ts";
import type { LineReading, LogLine } from "./run_log.ts";

/** The beginning of a log that {@linkcode EventEncoder} has written. */
const BEGINNING = `[{"name":"${RUN_EVENT}"`;
/** A line that names a process or a thread, as the encoder writes it; half of the lines of a log with fans are such. */
const NAMED_TRACK =
  /^\{"name":"(?:thread|process)_name","ph":"M","pid":\d+,"tid":\d+,"ts":0,"args":\{"name":"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"\}\},?$/u;
/** The first event must be among this many; they are held until it is found. */
const SEARCHED = 1000;

/**
 * The reading of trace events: the description of the run, once it is known, and the faults so far. Logs have an event a line,
 * as they are written, or stand on one line, or in any other layout that JSON allows. Each `sequoia_run` event begins a run.
 */
export class TraceReading implements LineReading {
  readonly #path: string;
  readonly #warnings: string[];
  #run: RunInfo | undefined;
  /** The chains that the log has defined so far, by number. */
  readonly #chains = new Map<number, Chain>();
  #beforeRun: unknown[] = [];
  /** The lines before the first event: brackets. */
  #opening = "";
  /** Reads the log if its events do not stand on a line each. */
  #scanner: EventScanner | undefined;
  #line = 0;
  #unreadable = 0;
  #firstUnreadable = 0;

  constructor(path: string, warnings: string[]) {
    this.#path = path;
    this.#warnings = warnings;
  }

  /** The events of a line: one, none, or all of them if the log stands on one line. */
  *take({ text, number, restAtByte }: LogLine): Generator<RunEvent> {
    this.#line = number;
    if (this.#scanner !== undefined) return yield* this.#scan(text, this.#scanner);
    if (this.#run !== undefined && NAMED_TRACK.test(text)) return;
    const parsed = parseLine(text);
    if (parsed === undefined) {
      if (this.#isUnbegun) this.#opening += text;
    } else if (parsed !== "unreadable") {
      for (const event of parsed) yield* this.#event(event);
    } else if (this.#isUnbegun && !(restAtByte !== undefined && isBeginning(text)) && /^\s*[[{]/.test(text)) {
      this.#scanner = new EventScanner();
      yield* this.#scan(this.#opening + text, this.#scanner);
    } else if (text.lastIndexOf(BEGINNING) > 0) { // behind a log that was cut stands another
      this.#count();
      yield* this.take({ text: text.slice(text.lastIndexOf(BEGINNING)), number, restAtByte });
    } else if (restAtByte === undefined || this.#line === 1) {
      this.#unreadableLine(text, restAtByte !== undefined);
    } else {
      this.#warnings.push(`${this.#path} ends in mid-line (byte ${restAtByte}); read up to there`);
    }
  }

  /** Whether no event has been found yet. */
  get #isUnbegun(): boolean {
    return this.#run === undefined && this.#beforeRun.length === 0;
  }

  *#scan(line: string, scanner: EventScanner): Generator<RunEvent> {
    try {
      for (const text of scanner.take(line)) yield* this.#event(parse(text));
    } catch (error) {
      throw error instanceof RangeError ? notARunLog(this.#path) : error;
    }
  }

  end(wasCut: boolean): RunEvent[] {
    if (this.#line === 0 && !wasCut) throw this.#cutShort();
    if (this.#run === undefined) throw notARunLog(this.#path);
    if (this.#scanner?.isOpen && !wasCut) {
      this.#warnings.push(`${this.#path} ends in mid-event; read up to there`);
    }
    if (this.#unreadable > 0) this.#warnings.push(this.#leftOut());
    return [];
  }

  #leftOut(): string {
    return this.#unreadable === 1
      ? `line ${this.#firstUnreadable} of ${this.#path} is no event; it was left out`
      : `${this.#unreadable} lines of ${this.#path} are no events (the first is line ${this.#firstUnreadable}); they were left out`;
  }

  *#event(event: unknown): Generator<RunEvent> {
    if (this.#findRun(event)) {
      yield { type: "run", ...this.#run! };
      for (const earlier of this.#beforeRun.splice(0)) yield* this.#decode(earlier, this.#run!);
    } else if (this.#run !== undefined) yield* this.#decode(event, this.#run);
    else this.#beforeRun.push(event);
    if (this.#beforeRun.length > SEARCHED) throw notARunLog(this.#path);
  }

  *#decode(event: unknown, run: RunInfo): Generator<RunEvent> {
    if (isObject(event) && event.name === LOST_EVENT) {
      this.#warnings.push(lostWords(this.#path, event.args));
      return;
    }
    const decoded = decodeEvent(event, run.startedAtMs, this.#chains);
    if (decoded === "unreadable") this.#count();
    else if (decoded !== undefined) yield decoded;
  }

  #findRun(event: unknown): boolean {
    const args = runArgs(event);
    if (args === undefined) return false;
    if (args.schema !== RUN_SCHEMA) throw this.#otherSchema(args.schema);
    this.#run = decodeRun(args);
    this.#chains.clear();
    if (this.#run === undefined) throw notARunLog(this.#path);
    return true;
  }

  #unreadableLine(line: string, isRest: boolean): void {
    if (this.#run !== undefined) return this.#count();
    throw isRest && isBeginning(line) ? this.#cutShort() : notARunLog(this.#path);
  }

  #count(): void {
    if (this.#unreadable++ === 0) this.#firstUnreadable = this.#line;
  }

  #otherSchema(schema: unknown): RunLogError {
    if (!/^sequoia\.run\/\d+$/.test(String(schema))) return notARunLog(this.#path);
    const detail = `its schema is ${schema}, and this version reads ${RUN_SCHEMA}. Use the newer Sequoia`;
    return new RunLogError("read", this.#path, "newer", detail);
  }

  #cutShort(): RunLogError {
    const detail = "it ends within its first event. Its writer was stopped at once; there is nothing to read";
    return new RunLogError("read", this.#path, "cut-short", detail);
  }
}

function lostWords(path: string, args: unknown): string {
  const events = isObject(args) ? Number(args.events) : NaN;
  return `${
    counted(events, "event is", "events are")
  } missing in ${path}: it was not read as fast as it was written`;
}

/** The error for a file that is no run log. */
export function notARunLog(path: string): RunLogError {
  const detail =
    `no ${RUN_EVENT} event is found in it, so it is no run log. Give a file that --out has written`;
  return new RunLogError("read", path, "not-a-run-log", detail);
}

/** The events of a line; undefined for a line that has none (blank, a bracket). */
function parseLine(line: string): unknown[] | "unreadable" | undefined {
  const text = line.trim();
  const from = text.startsWith("[") || text.startsWith(",") ? 1 : 0;
  const body = text.slice(from, text.endsWith(",") ? -1 : undefined).trim();
  if (body === "" || body === "]" || body.startsWith(ARROW)) return undefined;
  const event = parse(body);
  if (event !== undefined) return eventsOf(event);
  const whole = parse(text) ?? (body.endsWith("]") ? parse(body.slice(0, -1)) : undefined);
  return whole === undefined ? "unreadable" : eventsOf(whole);
}

/** The events of a parsed line: one, a list of them, or those of an object that has a list of them. */
function eventsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) && Array.isArray(value.traceEvents) ? value.traceEvents : [value];
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
  return text.startsWith(BEGINNING) || BEGINNING.startsWith(text);
}
