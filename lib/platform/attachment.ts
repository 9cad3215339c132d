import { loginFault, nearest, ownOf, parseCount, shownUrl } from "../model/mod.ts";
import { isLoopback } from "../web/mod.ts";
import type { LocalFunctions } from "./http/http.ts";
import { PLATFORM_KINDS, platformKindOf } from "./kinds.ts";
import { localUrl } from "./local/local_address.ts";
import { elsewhereWords, unservedWords } from "./local/unserved_words.ts";
import { PlatformError } from "./platform.ts";

/** One of several platforms, as `--platform` names it. */
export interface Attachment {
  readonly name: string;
  /** Of a path: functions are at `URL/NAME`. Without one: a local platform. Or the place of another kind: `lambda:REGION`. */
  readonly url: URL;
  /** Most attempts in flight there; Infinity for no limit. */
  readonly limit: number;
  /** The price of a call there, in any currency. (Default: 0) */
  readonly price: number;
  /** The price of a millisecond of run time there, in the same currency. (Default: 0) */
  readonly pricePerMs: number;
}

const NAME = /^[\w.-]{1,64}$/;

const PARAMETERS: Readonly<Record<string, (text: string) => Partial<Attachment>>> = {
  limit: (text) => ({ limit: parseCount(text) }),
  price: (text) => ({ price: parsePrice(text) }),
  "price-per-ms": (text) => ({ pricePerMs: parsePrice(text) }),
};

/**
 * Reads what `--platform` says: `edge=http://127.0.0.1:7077,limit=200,price=1`.
 *
 * @throws {PlatformError} if it cannot be understood
 */
export function parseAttachment(text: string): Attachment {
  const at = text.indexOf("=");
  const [address = "", ...parameters] = text.slice(at + 1).split(",");
  const name = text.slice(0, Math.max(0, at)), url = URL.parse(address);
  if (!NAME.test(name)) throw bad(text, "it has no name of letters, digits, _ . -");
  if (url === null || !isPlace(url)) {
    const places = PLATFORM_KINDS.map(({ place }) => place).join(", no ");
    throw bad(text, `"${shownUrl(address)}" is no http or https URL, no ${places}`);
  }
  const fault = loginFault(url);
  if (fault !== undefined) throw bad(text, fault);
  return Object.assign(
    { name, url, limit: Infinity, price: 0, pricePerMs: 0 },
    ...parameters.map((parameter) => readParameter(text, parameter)),
  );
}

function isPlace(url: URL): boolean {
  return platformKindOf(url.protocol)?.isPlace(url) ?? ["http:", "https:"].includes(url.protocol);
}

function readParameter(text: string, parameter: string): Partial<Attachment> {
  const [key = "", value] = parameter.split("=");
  const read = ownOf(PARAMETERS, key);
  if (read === undefined || value === undefined) {
    const hint = nearest(key, Object.keys(PARAMETERS));
    throw bad(text, `"${parameter}" is none of its parameters${hint ? `; did you mean ${hint}=…?` : ""}`);
  }
  try {
    return read(value);
  } catch (cause) {
    throw bad(text, (cause as Error).message, { cause });
  }
}

function parsePrice(text: string): number {
  const price = Number(text);
  if (text.trim() !== "" && price >= 0 && price < Infinity) return price;
  throw new RangeError(`Cannot use "${text}" as a price. Write a number from 0 on`);
}

function bad(text: string, why: string, options?: ErrorOptions): PlatformError {
  const at = text.indexOf("=") + 1, shown = text.slice(0, at) + shownUrl(text.slice(at));
  return new PlatformError(
    "bad-platform",
    `Cannot attach the platform "${shown}": ${why}. Write NAME=URL[,limit=N][,price=P][,price-per-ms=P], for example ` +
      "edge=http://127.0.0.1:7077,limit=200 or aws=lambda:eu-central-1,limit=1000",
    options,
  );
}

/** Whether it is a local platform on this machine. */
export function isOnLoopback({ url }: Attachment): boolean {
  return isBare(url) && url.protocol === "http:" && isLoopback(url.hostname);
}

/** Finds functions at an attached platform. */
export function functionsAt({ url }: Attachment): LocalFunctions {
  const base = url.href.replace(/\/$/, "");
  return {
    resolve: ({ name }) => isBare(url) ? localUrl(base, name) : `${base}/${encodeURIComponent(name)}`,
    words: (spec) => isBare(url) ? unservedWords(spec, url.host) : elsewhereWords(spec, shownUrl(base)),
  };
}

function isBare({ pathname, search }: URL): boolean {
  return pathname === "/" && search === "";
}
