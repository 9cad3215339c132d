import {
  type Callback,
  isCallback,
  isObject,
  type JsonText,
  type NodeRecord,
  NULL,
  type ParentRef,
  parseJson,
} from "../../model/mod.ts";
import { sqliteCode } from "./errors.ts";

/** The latest instant that a date can show, in milliseconds since 1970. */
const LATEST_MS = 8.64e15;

/** Longer texts are read only by a thorough reader, in characters: to parse megabytes would stop the event loop. */
const LONG = 16 * 1024;
const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"' };

/**
 * Reads the parts of rows, and notes those that cannot be read: a file may have been edited by hand, or damaged. A part that
 * cannot be read counts as absent.
 */
export class RowReader {
  readonly #isThorough: boolean;
  readonly #problems: string[] = [];

  /** @param thoroughness of long texts, `quick` looks only whether they begin and end as JSON does */
  constructor(thoroughness: "thorough" | "quick") {
    this.#isThorough = thoroughness === "thorough";
  }

  /** Why parts cannot be read; undefined if all can. */
  get problem(): string | undefined {
    return this.#problems.length === 0 ? undefined : this.#problems.join("; ");
  }

  /** JSON, as the text that is stored; null if nothing is. */
  json(part: string, text: string | null): JsonText {
    const isRead = this.#isThorough || text === null || text.length <= LONG;
    if (!isRead && text.endsWith(CLOSING[text[0]!] ?? "\0")) return text as JsonText;
    return this.#parse(part, text) === undefined ? NULL : text as JsonText;
  }

  /** An object of texts. */
  labels(text: string | null): Readonly<Record<string, string>> | undefined {
    return this.#value("labels", text, isTexts);
  }

  /** By whom an instance was called. */
  parent(text: string | null): ParentRef | undefined {
    return this.#value("parent", text, isParentRef);
  }

  generations(text: string | null): readonly number[] | undefined {
    return this.#value("generations", text, isCounts);
  }

  /** The instants of the retries of an instance. */
  retries(text: string | null): readonly number[] | undefined {
    return this.#value("retried_at_ms", text, areInstants);
  }

  /** The callback of an instance, which stands beside the origin of its URL. */
  callback(text: string | null): Callback | undefined {
    const read = this.#parse("callback", text);
    if (read === undefined) return undefined;
    const { origin: _, ...callback } = isObject(read) ? read : {};
    if (isCallback(callback)) return callback;
    this.#problems.push("callback is not what it should be");
    return undefined;
  }

  /** An instant, in milliseconds since 1970. */
  instant(part: string, ms: number): number {
    if (isInstant(ms)) return ms;
    this.#problems.push(`${part} is no time`);
    return 0;
  }

  /** The state in which a node, or an item of its map, has settled. */
  state(node: number, state: string): NodeRecord["state"] {
    if (isState(state)) return state;
    this.#problems.push(`the state of node ${node} is "${state}"`);
    return "cancelled"; // as if it had not begun
  }

  /** Something else that is stored; undefined if it is not as it should be. @throws SQLite's errors */
  part<T>(part: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (sqliteCode(error) !== undefined) throw error; // it is the file that could not be read
      this.#problems.push(`${part} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  #value<T>(part: string, text: string | null, isShaped: (value: unknown) => value is T): T | undefined {
    const value = this.#parse(part, text);
    if (value === undefined) return undefined;
    if (isShaped(value)) return value;
    this.#problems.push(`${part} is not what it should be`);
    return undefined;
  }

  #parse(part: string, text: string | null): unknown {
    if (text === null) return undefined;
    const parsed = parseJson(text);
    if (parsed === undefined) this.#problems.push(`${part} is no JSON`);
    return parsed?.value;
  }
}

const STATES: ReadonlySet<string> = new Set<NodeRecord["state"]>(
  ["ok", "failed", "skipped", "cancelled", "started"],
);

function isState(text: string): text is NodeRecord["state"] {
  return STATES.has(text);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((each) => typeof each === "string");
}

function isParentRef(value: unknown): value is ParentRef {
  return isObject(value) && typeof value.instance === "string" && typeof value.node === "string" &&
    (value.item === undefined || typeof value.item === "number");
}

function isInstant(ms: number): boolean {
  return Math.abs(ms) <= LATEST_MS;
}

function areInstants(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number" && isInstant(each));
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each));
}
