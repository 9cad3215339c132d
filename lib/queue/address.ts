import { nearest } from "../model/mod.ts";
import { badAddress } from "./address_errors.ts";
import { type AddressSyntax, AddressText, addressWords as words } from "./address_parts.ts";
import type { Environment, QueueKind } from "./kind.ts";
import { QUEUE_KINDS, type QueueAddress, queueKind } from "./kinds.ts";

export { type QueueAddress, queueKind } from "./kinds.ts";
export type { Environment } from "./kind.ts";

function schemes(place: "hosts" | "path"): ReadonlySet<string> {
  return new Set(QUEUE_KINDS.filter((kind) => kind.place === place).map(({ scheme }) => scheme));
}

const SYNTAX: AddressSyntax = {
  options: new Set(QUEUE_KINDS.flatMap(({ options }) => options.map(({ name }) => name))),
  ofPaths: schemes("path"),
  ofHosts: schemes("hosts"),
};

const FORMS = `Write ${QUEUE_KINDS.map(({ form, formNote }) => form + formNote).join(", or ")}`;

/** The variables that say what addresses leave out, of all kinds of queue. */
export const QUEUE_VARIABLES: readonly string[] = QUEUE_KINDS.flatMap(({ options }) =>
  options.flatMap(({ variable }) => variable ?? [])
);

/** The values that `--queue` takes: the rows of a table for the help. */
export const QUEUE_HELP: readonly (readonly [form: string, what: string])[] = QUEUE_KINDS.flatMap((
  { help },
) => help);

/** The forms of addresses on the command line, in words. */
export const QUEUE_FORMS: string = QUEUE_KINDS.filter(({ help }) => help.length > 0)
  .map(({ form, place, formNote }) => place === "path" ? form : form + formNote).join(", or ");

/** An address of a kind of queue that can do something, for messages that say what to write. */
export function exampleOf(can: (kind: QueueKind<QueueAddress>) => boolean): string {
  return QUEUE_KINDS.find(can)?.example ?? "another address";
}

/**
 * An address as it may be shown: with `***` for the password, before the `@` and as an option, and for whatever may be one that
 * was written wrongly.
 */
export function addressWords(text: string): string {
  return words(text, SYNTAX);
}

/**
 * Reads the address of a queue: `sqlite:PATH[?lease=5s&keep=24h]`,
 * `kafka://[USER:PASSWORD@]HOST[:9092][,HOST…][?group=sequoia&…]` or `memory:`.
 *
 * @param env settings that the address leaves out, see {@linkcode QUEUE_VARIABLES} (Default: none)
 * @throws {QueueError} `bad-address`; its message says what to write, and holds no password
 */
export function parseQueueAddress(text: string, env: Environment = {}): QueueAddress {
  const address = new AddressText(text.trim(), SYNTAX);
  const [, scheme = ""] = /^([a-z][a-z0-9+]*):/i.exec(text.trim()) ?? [];
  const kind = queueKind(scheme);
  if (kind !== undefined) return kind.parse(address, env);
  if (scheme === "") throw badAddress(address, "it does not say of which kind the queue is", FORMS);
  const near = nearest(scheme, QUEUE_KINDS.map((kind) => kind.scheme));
  const advice = near === undefined ? FORMS : `Did you mean ${near}? ${FORMS}`;
  throw badAddress(address, `there are no queues of the kind "${scheme}"`, advice);
}
