/** A secret that the value of a header stands for. */
export interface Reference {
  /** The scheme of credentials before it, with its space; empty: the secret is the whole value. */
  readonly scheme: string;
  /** `env:NAME` or `file:PATH`. */
  readonly reference: string;
}

/** Headers that hold credentials: a scheme and a space, then signs among which is no colon (RFC 9110, section 11.4). */
const OF_CREDENTIALS = /(?:^|-)authorization$/;
const REFERRING = /^(?<scheme>[\w!#$%&'*+.^`|~-]+ +)?(?<reference>(?:env|file):.*)$/s;

/**
 * The secret that the value of a header stands for; undefined: the value stands for itself. Credentials cannot look like a
 * reference after their scheme, so `Bearer env:TOKEN` has one meaning in `authorization`; in other headers it is a text.
 *
 * @param header its name in lower case
 */
export function referenceIn(header: string, value: string): Reference | undefined {
  const { scheme = "", reference } = REFERRING.exec(value)?.groups ?? {};
  if (reference === undefined || (scheme !== "" && !OF_CREDENTIALS.test(header))) return undefined;
  return { scheme, reference };
}
