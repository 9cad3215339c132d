/** Longer events, in characters, are none of a run log. */
const LONGEST_EVENT = 2 ** 24;

const OUTSIDE = /["[\]{}]/g;
const IN_STRING = /["\\]/g;

/**
 * Finds the trace events in JSON of any layout, line by line, without holding more than one of them: the objects of a list,
 * or of the list `traceEvents` of an object (Trace Event Format, "JSON Array" and "JSON Object" form), pretty-printed or
 * not. Lists that follow each other are read as well.
 */
export class EventScanner {
  #depth = 0;
  /** The depth of the objects that are events; -1 outside of a list of events. */
  #eventDepth = -1;
  /** The last text of the outermost object: the name of the list that follows. */
  #key = "";
  /** The lines so far of an event that has begun. */
  #begun: string | undefined;

  /** Whether a list or an event has begun and not ended. */
  get isOpen(): boolean {
    return this.#depth > 0;
  }

  /**
   * The texts of the events that end on a line.
   *
   * @throws {RangeError} if an event is longer than 16 Mi characters
   */
  *take(line: string): Generator<string> {
    let from = 0; // where the event begins on this line, if it has begun
    for (let at = next(OUTSIDE, line, 0); at >= 0; at = next(OUTSIDE, line, at + 1)) {
      const sign = line[at]!;
      if (sign === '"') {
        const end = endOfString(line, at + 1);
        if (this.#depth === 1) this.#key = line.slice(at + 1, end);
        at = end;
      } else if (sign === "{" || sign === "[") {
        if (this.#open(sign)) from = at;
      } else if (this.#close()) {
        yield this.#begun + line.slice(from, at + 1);
        this.#begun = undefined;
      }
    }
    if (this.#begun === undefined) return;
    this.#begun += line.slice(from) + "\n";
    if (this.#begun.length > LONGEST_EVENT) throw new RangeError("The event is longer than 16 Mi characters");
  }

  /** @returns whether an event begins */
  #open(sign: "{" | "["): boolean {
    const depth = this.#depth++;
    if (sign === "[") {
      const isEvents = depth === 0 || (depth === 1 && this.#eventDepth < 0 && this.#key === "traceEvents");
      if (isEvents) this.#eventDepth = depth + 1;
    } else if (depth === this.#eventDepth) {
      this.#begun = "";
      return true;
    }
    return false;
  }

  /** @returns whether an event ends */
  #close(): boolean {
    this.#depth = Math.max(0, this.#depth - 1);
    if (this.#depth < this.#eventDepth) this.#eventDepth = -1;
    return this.#depth === this.#eventDepth && this.#begun !== undefined;
  }
}

/** Where a sign stands next, from a place on; -1: nowhere. */
function next(signs: RegExp, line: string, from: number): number {
  signs.lastIndex = from;
  return signs.exec(line)?.index ?? -1;
}

/** Where the closing quotation mark of a string stands, or the line ends: JSON has no string of several lines. */
function endOfString(line: string, from: number): number {
  for (let at = next(IN_STRING, line, from); at >= 0; at = next(IN_STRING, line, at + 2)) {
    if (line[at] === '"') return at;
  }
  return line.length;
}
