import type { RunEvent } from "./events.ts";

/** A run log that is being read. */
export interface RunLog {
  /**
   * The events of the log, first the `run` event, then the others in the order of the log. A file is opened when this is
   * iterated, once, and closed when the iteration ends.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** The faults of the log, in sentences; complete when `events` has ended. */
  readonly warnings: readonly string[];
}

/** A line as a log is read. */
export interface LogLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Where it begins, in bytes of the (uncompressed) file, if it has no line end. */
  readonly restAtByte?: number | undefined;
  /** When it was received, in milliseconds since 1970, if that is known. */
  readonly receivedAtMs?: number | undefined;
}

/** The reading of a log in one of the formats: it makes events of the lines. */
export interface LineReading {
  /** Takes each line, in order. */
  take(line: LogLine): Iterable<RunEvent>;
  /**
   * Ends the reading, after the last line.
   *
   * @param wasCut whether the log broke off; the warning of that has been given
   */
  end(wasCut: boolean): Iterable<RunEvent>;
}
