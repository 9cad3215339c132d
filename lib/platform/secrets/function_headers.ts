import { type Outcome, type Reference, referenceIn, type Stop } from "../../model/mod.ts";
import { byLowerCase } from "../calls/headers.ts";
import { untilStopped } from "../calls/until_stopped.ts";
import type { Secrets } from "./secrets.ts";

/** The headers of a function, by name in lower case, as they are sent. */
export interface SentHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** The secrets among their values. */
  readonly secrets: readonly string[];
}

/** The headers of a function that has none. */
export const NO_HEADERS: SentHeaders = { headers: {}, secrets: [] };

/** The headers of a function, and those that refer to secrets, by their names. */
interface Named {
  readonly sent: SentHeaders;
  readonly referring: readonly (readonly [header: string, to: Reference])[];
}

/** Shorter values are not hidden, in characters: they may stand for anything. */
const HIDDEN_FROM = 4;

/** Makes of the headers that functions say those that are sent. */
export class FunctionHeaders {
  readonly #secrets: Secrets;
  readonly #without: string;
  /** One entry for each object of headers. */
  readonly #named = new WeakMap<object, Named>();

  /** @param without the name of a header that is never sent, in lower case */
  constructor(secrets: Secrets, without: string) {
    this.#secrets = secrets;
    this.#without = without;
  }

  /**
   * The headers for a call of a URL; a promise only if a file has to be read for them, or cannot be.
   *
   * @param stop ends the wait for that
   * @throws {SecretError} (in the promise) if a header refers to a secret that may not be read, or cannot be
   */
  of(
    given: Readonly<Record<string, string>>,
    url: string,
    stop: Stop | AbortSignal,
  ): SentHeaders | Promise<SentHeaders> {
    let named = this.#named.get(given);
    if (named === undefined) this.#named.set(given, named = this.#name(given));
    return named.referring.length === 0 ? named.sent : this.#filled(named, url, stop);
  }

  #name(given: Readonly<Record<string, string>>): Named {
    const { [this.#without]: _, ...headers } = byLowerCase(given);
    const referring = Object.entries(headers).flatMap(([header, value]) => {
      const to = referenceIn(header, value);
      return to === undefined ? [] : [[header, to] as const];
    });
    return { sent: { headers, secrets: [] }, referring };
  }

  #filled(
    { sent: { headers }, referring }: Named,
    url: string,
    stop: Stop | AbortSignal,
  ): SentHeaders | Promise<SentHeaders> {
    const values = referring.map(([header, { reference }]) =>
      this.#secrets.valueOf(reference, { of: `the header ${header}`, url })
    );
    const isAtHand = (values: readonly (string | Promise<string>)[]): values is readonly string[] =>
      values.every((value) => typeof value === "string");
    const filled = (secrets: readonly string[]): SentHeaders => {
      const filledIn = Object.fromEntries(
        referring.map(([header, { scheme }], i) => [header, scheme + secrets[i]!]),
      );
      return { headers: { ...headers, ...filledIn }, secrets };
    };
    return isAtHand(values) ? filled(values) : untilStopped(Promise.all(values), stop).then(filled);
  }
}

/** Headers with credentials that are shown nowhere: a scheme, a space and the secret. */
export function withCredentials({ headers, secrets }: SentHeaders, credentials: string): SentHeaders {
  const secret = credentials.slice(credentials.indexOf(" ") + 1);
  return { headers: { ...headers, authorization: credentials }, secrets: [...secrets, secret] };
}

/** A text without the secrets that somebody has repeated in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (text, secret) => secret.length < HIDDEN_FROM ? text : text.replaceAll(secret, "***"),
    text,
  );
}

/** The outcome of a call whose reason holds none of its secrets. Outputs stay as they are. */
export function hidingSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  if (secrets.length === 0 || outcome.kind === "ok") return outcome;
  return { ...outcome, reason: withoutSecrets(outcome.reason, secrets) };
}
