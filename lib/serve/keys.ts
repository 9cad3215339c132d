import { createHash, timingSafeEqual } from "node:crypto";
import { isObject, parseJson } from "../model/mod.ts";
import { type Caller, type Scope, SCOPES } from "./caller.ts";
import { ServeError } from "./errors.ts";
import { LABEL_TEXT, labelOf } from "./label.ts";

/** The keys by which callers are known. */
export interface Keys {
  /** The caller that has a key; undefined if nobody has it. */
  callerOf(key: string): Promise<Caller | undefined>;
}

/** A key of a file. The file holds no key itself, so whoever reads it cannot call. */
export interface KeyEntry {
  /** Tells keys apart, for those who keep the file. */
  readonly name: string;
  /** SHA-256 of the key, hexadecimal. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** The label to which its caller is bound: `tenant=acme`. (Default: none) */
  readonly label?: string;
}

/** Most keys of a file: each is compared with each that is presented. */
const MOST_KEYS = 10_000;
const FIELDS: ReadonlySet<string> = new Set(["name", "sha256", "scopes", "label"]);

/** SHA-256 of a key, hexadecimal. */
export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The callers of a file's keys. */
export class KeySet {
  readonly #callers: readonly { readonly hash: Uint8Array; readonly caller: Caller }[];

  constructor(entries: readonly KeyEntry[]) {
    this.#callers = entries.map(({ name, sha256, scopes, label }) => ({
      hash: Uint8Array.from(sha256.match(/../g)!, (byte) => parseInt(byte, 16)),
      caller: {
        scopes: new Set(scopes),
        // A tenant's keys count together, so that more of them give it no more room.
        party: label === undefined ? `key ${name}` : `label ${label}`,
        ...label !== undefined && { label: labelOf(label) },
      },
    }));
  }

  /** The caller that has a key. It takes the same time whatever of the key is right, and whichever it is. */
  find(key: string): Caller | undefined {
    const hash = createHash("sha256").update(key).digest();
    let found: Caller | undefined;
    for (const each of this.#callers) if (timingSafeEqual(each.hash, hash)) found = each.caller;
    return found;
  }
}

/**
 * Reads a file of keys: `{"keys": [{"name": "shop", "sha256": "…", "scopes": ["submit"], "label": "tenant=acme"}]}`.
 *
 * @throws {ServeError} `bad-keys`, naming the key and the field
 */
export function readKeys(text: string, path: string): readonly KeyEntry[] {
  const fail = (what: string): never => {
    throw new ServeError(
      "bad-keys",
      `Cannot use the keys in ${path}: ${what}. See docs/serve.md, or sequoia serve --new-key`,
      {
        kind: "usage",
      },
    );
  };
  const value = parseJson(text)?.value;
  if (!isObject(value) || !Array.isArray(value.keys)) {
    return fail('it is not JSON of the form {"keys": [ … ]}');
  }
  if (value.keys.length > MOST_KEYS) fail(`there are more than ${MOST_KEYS}`);
  const names = new Set<string>();
  return value.keys.map((entry: unknown, i) => {
    if (!isObject(entry)) return fail(`key ${i + 1} is no object`);
    const { name, sha256, scopes, label } = entry;
    if (typeof name !== "string" || name === "") return fail(`key ${i + 1} has no name`);
    if (names.has(name)) fail(`two keys have the name ${JSON.stringify(name)}`);
    names.add(name);
    const of = `key ${JSON.stringify(name)}`;
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) {
      return fail(`${of}: sha256 is not 64 hexadecimal digits`);
    }
    if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every(isScope)) {
      return fail(`${of}: scopes is no list of ${SCOPES.join(", ")}`);
    }
    if (label !== undefined && !isLabel(label)) return fail(`${of}: label is no NAME=VALUE`);
    const stray = Object.keys(entry).find((field) => !FIELDS.has(field));
    if (stray !== undefined) fail(`${of} has a field ${JSON.stringify(stray)}, which means nothing`);
    return { name, sha256, scopes, ...label !== undefined && { label } };
  });
}

/** A file of keys with one more. @throws {ServeError} `bad-keys` if there is one of that name, or the file cannot be used */
export function withEntry(text: string | undefined, entry: KeyEntry, path: string): string {
  const before = text === undefined ? [] : readKeys(text, path);
  const after = `${JSON.stringify({ keys: [...before, entry] }, null, 2)}\n`;
  readKeys(after, path);
  return after;
}

function isScope(value: unknown): value is Scope {
  return SCOPES.some((scope) => scope === value);
}

function isLabel(value: unknown): value is string {
  return typeof value === "string" && LABEL_TEXT.test(value);
}
