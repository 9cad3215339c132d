import type { Clock } from "../../model/mod.ts";
import { canBeNamed, type SecretPattern } from "./secret_pattern.ts";

/** A header's secret that is not sent. The message begins with `secret-refused` or `secret-unusable`, and holds no secret. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** The sources of secrets, and the secrets among them that may be read. */
export interface SecretOptions {
  readonly clock: Clock;
  /** A variable of the environment. */
  variable(name: string): string | undefined;
  /** The text of a regular file of at most `maxBytes`; undefined if it is not there. @throws {Error} if it cannot be read */
  readFile(path: string, maxBytes: number): Promise<string | undefined>;
  /** The secrets that may be read; none: no secret is. */
  readonly allowed: readonly SecretPattern[];
  /** Called once for each reference that cannot be used, with the reason. (Default: no callback) */
  readonly onNote?: (words: string) => void;
}

/** The use of a secret. */
export interface SecretUse {
  /** The part of a function that names it: `the header x-key`. */
  readonly of: string;
  /** The URL that it is to be sent to. */
  readonly url: string;
}

/** The longest text of a file, in bytes. */
const MAX_BYTES = 65_536;
/** A file is read again when its text is older than this, in milliseconds. */
const REREAD_MS = 10_000;
/** The most files whose texts are kept; the one that was read first is forgotten first. */
const FILES_KEPT = 256;
/** The most references that are reported as unusable: messages may name any number. */
const NOTES_MADE = 100;
/** The longest part of a reference that is shown, in characters. */
const SHOWN = 200;

const REFERENCE = /^(?:env:(?<name>[\w.-]+)|file:(?<path>[^\0]+))$/s;
/** Control characters that a header may not hold: all but the tab. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** The value of a secret, or the reason why it has none, with what to do. */
type Found = { readonly value: string } | { readonly why: string };

interface ReadFile {
  readonly sinceMs: number;
  found: Found | Promise<Found>;
}

/**
 * The secrets that headers refer to by `env:NAME` and `file:PATH`. References come out of queue messages, which anybody may have
 * written: only those are read that the operator allows, and they go only where the operator lets them go.
 */
export class Secrets {
  readonly #options: SecretOptions;
  readonly #files = new Map<string, ReadFile>();
  readonly #told = new Set<string>();

  constructor(options: SecretOptions) {
    this.#options = options;
  }

  /**
   * The secret that a reference stands for; a promise if a file has to be read for it, or if there is none.
   *
   * @throws {SecretError} (in the promise) if it may not be read, or cannot be
   */
  valueOf(reference: string, use: SecretUse): string | Promise<string> {
    try {
      this.check(reference, use);
    } catch (error) {
      return Promise.reject(error);
    }
    const found = this.#find(reference);
    if ("value" in found) return found.value;
    return this.#valueIn(reference, use, found);
  }

  /** Checks whether a secret may be used so. @throws {SecretError} if not */
  check(reference: string, use: SecretUse): void {
    const refusal = this.#refusal(reference, use.url);
    if (refusal === undefined) return;
    throw this.#error(reference, `secret-refused: ${subject(reference, use)}, ${refusal}`);
  }

  async #valueIn(reference: string, use: SecretUse, finding: Found | Promise<Found>): Promise<string> {
    const found = await finding;
    if ("value" in found) return found.value;
    throw this.#error(reference, `secret-unusable: ${subject(reference, use)}: ${found.why}`);
  }

  /** Why a secret is not read for a URL, if it is not. */
  #refusal(reference: string, url: string): string | undefined {
    const naming = this.#options.allowed.filter((pattern) => pattern.names(reference));
    if (!canBeNamed(reference)) {
      return isToken(reference)
        ? "which no --secret can allow. Write an audience without = and * in it"
        : "which no --secret can allow. Write env:NAME, or file:PATH without . and .. and = in it";
    }
    const target = new URL(url);
    if (naming.some((pattern) => pattern.mayGoTo(target))) return undefined;
    return naming.length === 0
      ? `which no --secret (or SEQUOIA_SECRET) allows. If it is to be ${
        isToken(reference) ? "used" : "read"
      }, add --secret ${shown(reference)}=${target.origin}`
      : `which no --secret (or SEQUOIA_SECRET) lets go to ${target.origin}${target.pathname}. If it is to be sent there, add ` +
        `--secret ${shown(reference)}=${target.origin}`;
  }

  #find(reference: string): Found | Promise<Found> {
    const { name, path } = REFERENCE.exec(reference)?.groups ?? {};
    if (name !== undefined) {
      const value = this.#options.variable(name);
      if (value) return checked(value);
      return {
        why: `the variable is not set. Set ${name} where this program is started, and start it again`,
      };
    }
    if (path !== undefined) return this.#fileAt(path);
    return { why: "that names no secret. Write env:NAME or file:PATH" };
  }

  #fileAt(path: string): Found | Promise<Found> {
    const nowMs = this.#options.clock.nowMs();
    const known = this.#files.get(path);
    const isAsked = known?.found instanceof Promise; // a file system that does not answer is not asked twice
    if (known !== undefined && (isAsked || nowMs - known.sinceMs < REREAD_MS)) return known.found;
    this.#files.delete(path);
    if (this.#files.size >= FILES_KEPT) this.#files.delete(this.#files.keys().next().value!);
    const found = this.#read(path);
    const file: ReadFile = { sinceMs: nowMs, found };
    this.#files.set(path, file);
    void found.then((found) => file.found = found);
    return found;
  }

  async #read(path: string): Promise<Found> {
    try {
      const text = await this.#options.readFile(path, MAX_BYTES);
      if (text === undefined) return { why: "there is no such file. Check the path" };
      const value = text.replace(/\r?\n$/, "");
      return value === "" ? { why: "the file is empty. Write the secret into it" } : checked(value);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { why: `the file cannot be read: ${why}. Check it, and its rights` };
    }
  }

  /** Makes the error, and reports it once for each reference. */
  #error(reference: string, message: string): SecretError {
    const key = shown(reference);
    if (!this.#told.has(key) && this.#told.size < NOTES_MADE) {
      this.#told.add(key);
      this.#options.onNote?.(`Calls fail: ${message}`);
    }
    return new SecretError(message);
  }
}

/** Secrets without any that may be read. */
export function noSecrets(clock: Clock): Secrets {
  return new Secrets({ clock, variable: () => undefined, readFile: nothing, allowed: [] });
}

function nothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function subject(reference: string, { of }: SecretUse): string {
  return `${of} is ${shown(reference)}`;
}

/** Whether a reference stands for an ID token, which is no secret of this machine's files or variables. */
function isToken(reference: string): boolean {
  return reference.startsWith("google");
}

function shown(reference: string): string {
  return reference.length > SHOWN ? `${reference.slice(0, SHOWN)}…` : reference;
}

function checked(value: string): Found {
  if (!CONTROL.test(value)) return { value };
  return {
    why: "its value has a line break, or another sign that no header may have. Write it without",
  };
}
