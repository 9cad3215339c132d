/** Takes the address of a queue apart, so that one place decides which parts may be shown and which are secrets. */
import { percentDecoded } from "../model/mod.ts";

const SECRET = "password";

/** The syntax of addresses, of all kinds of queue together: an address that fits no kind may be shown too. */
export interface AddressSyntax {
  /** The options that addresses may have behind the `?`. */
  readonly options: ReadonlySet<string>;
  /** The schemes behind which the path of a file stands. */
  readonly ofPaths: ReadonlySet<string>;
  /** The schemes behind which hosts stand. */
  readonly ofHosts: ReadonlySet<string>;
}

/** An address, as it is written; its parts put together again are the address. */
export interface AddressParts {
  /** The scheme with its `://`, or `:` before a path; or nothing. */
  readonly front: string;
  /** The text before the `@`. */
  readonly login?: string;
  /** Hosts, or a path. */
  readonly place: string;
  /** The text behind the `?`. */
  readonly query?: string;
}

/** Takes an address apart, whatever it is. */
function addressParts(text: string, syntax: AddressSyntax): AddressParts {
  const [, scheme = "", slashes = ""] = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(text) ?? [];
  const isPath = syntax.ofPaths.has(scheme.toLowerCase());
  const front = isPath ? `${scheme}:` : slashes === "" ? "" : `${scheme}://`;
  const rest = text.slice(front.length);
  const at = isPath ? -1 : loginEnd(rest, syntax);
  const mark = rest.indexOf("?", at + 1);
  return {
    front,
    ...(at < 0 ? {} : { login: rest.slice(0, at) }),
    place: rest.slice(at + 1, mark < 0 ? undefined : mark),
    ...(mark < 0 ? {} : { query: rest.slice(mark + 1) }),
  };
}

/**
 * Where the `@` behind user and password is. One behind a `?` belongs to an option, unless the rest makes no sense then: to a
 * password in which both stand as they are, which must not be taken for hosts and options that messages may quote.
 */
function loginEnd(rest: string, syntax: AddressSyntax): number {
  const last = rest.lastIndexOf("@");
  const mark = rest.indexOf("?");
  if (mark < 0 || last < mark) return last;
  const before = rest.slice(0, mark);
  const at = before.lastIndexOf("@");
  const isSound = badHostAt(before.slice(at + 1)) < 0 &&
    addressOptions(rest.slice(mark + 1), syntax).every(({ written, name, hiddenIn }) =>
      !written.includes("@") || syntax.options.has(name) || hiddenIn === SECRET
    );
  return isSound ? at : last;
}

const HOST = /^(\[[^\]]*\]|[\w.-]*)(:\d+)?\/?$/;
/** An address of IPv6 that lacks its brackets: it is shown, as it is no host with a password for its port. */
const BARE_IPV6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i;

/** Where the first of some hosts starts that is none, or has something else than a number for its port; or -1. */
function badHostAt(place: string): number {
  let start = 0;
  for (const host of place.split(",")) {
    if (!HOST.test(host) && !BARE_IPV6.test(host)) return start;
    start += host.length + 1;
  }
  return -1;
}

/** One option of an address. */
export interface AddressOption {
  readonly name: string;
  /** Undefined if it has no `=`, or a `%` that stands for nothing. */
  readonly value: string | undefined;
  /** The one before it whose value is not shown, if it is not known itself: it may be a part of that, which holds a `&`. */
  readonly hiddenIn?: string;
  /** As it is in the address. */
  readonly written: string;
}

/** The options of a query, in their order. Unlike in forms, `+` is a plus: passwords hold them. */
function addressOptions(query: string, { options: known }: AddressSyntax): AddressOption[] {
  let secret: string | undefined;
  return query.split("&").filter((part) => part !== "").map((written) => {
    const equals = written.indexOf("=");
    const name = percentDecoded(equals < 0 ? written : written.slice(0, equals)) ?? "";
    const value = equals < 0 ? undefined : percentDecoded(written.slice(equals + 1));
    if (secret !== undefined && !known.has(name)) return { name, value, written, hiddenIn: secret };
    secret = equals >= 0 && known.has(name) && name !== SECRET ? undefined : name;
    return { name, value, written };
  });
}

/**
 * An address as it may be shown: with `***` for the password, before the `@` and as an option, and for whatever may be one that
 * was written wrongly.
 */
export function addressWords(text: string, syntax: AddressSyntax): string {
  const { front, login, place, query } = addressParts(text, syntax);
  const hasHosts = syntax.ofHosts.has(front.replace(/:\/\/$/, "").toLowerCase());
  const user = login === undefined ? "" : loginWords(login, hasHosts || front === "");
  if (login?.includes("?")) return front + user; // whose @ that is cannot be known
  return front + (login === undefined ? "" : `${user}@`) + (hasHosts ? placeWords(place) : place) +
    (query === undefined ? "" : `?${queryWords(query, syntax)}`);
}

function loginWords(login: string, isSurelyLogin: boolean): string {
  return isSurelyLogin ? login.replace(/[:?].*$/s, ":***") : "***";
}

/** `kafka://user:password` lacks its host. */
function placeWords(place: string): string {
  const bad = badHostAt(place);
  return bad < 0 ? place : place.slice(0, bad) + place.slice(bad).replace(/:.*$/s, ":***");
}

function queryWords(query: string, syntax: AddressSyntax): string {
  const { options: known } = syntax;
  return addressOptions(query, syntax).filter(({ hiddenIn }) => hiddenIn === undefined).map(
    ({ name, written }) => {
      const equals = written.indexOf("=");
      if (equals < 0) return known.has(name) ? written : "***";
      return known.has(name) && name !== SECRET ? written : `${written.slice(0, equals)}=***`;
    },
  ).join("&");
}

/** An address that is being read. */
export class AddressText {
  readonly parts: AddressParts;
  /** The text behind the `?`. */
  readonly options: readonly AddressOption[];
  readonly #text: string;
  readonly #syntax: AddressSyntax;

  constructor(text: string, syntax: AddressSyntax) {
    this.#text = text;
    this.#syntax = syntax;
    this.parts = addressParts(text, syntax);
    this.options = addressOptions(this.parts.query ?? "", syntax);
  }

  /** See {@linkcode addressWords}. */
  get words(): string {
    return addressWords(this.#text, this.#syntax);
  }

  /** The text behind the scheme and its colon. */
  get rest(): string {
    return this.#text.slice(this.#text.indexOf(":") + 1);
  }
}
