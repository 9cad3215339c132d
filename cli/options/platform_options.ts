import {
  parseAddress,
  parseSecretPattern,
  parseUrlPattern,
  type SecretPattern,
  type UrlPattern,
} from "../../lib/platform/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { many, one, optionGroup, text } from "../shell/options.ts";

/** Reads `host:port`. */
export function address(text: string): string {
  parseAddress(text);
  return text;
}

/** The options that say where functions without a URL run. */
export const PLATFORM_OPTIONS = optionGroup("for calls", {
  profile: one(
    "PROFILE",
    "how the local platform behaves if it is started here, without --local: a name or a file, and parameters " +
      "(see functions --help; default ideal)",
    text,
  ),
  local: one(
    "ADDRESS",
    "where the local platform is; left out: $SEQUOIA_LOCAL or 127.0.0.1:7077, started there for modelled functions",
    address,
  ),
  "allow-url": many(
    "PATTERN",
    "call no other URLs of functions than https://*.example.com:8443/path/* (repeatable; also SEQUOIA_ALLOW_URLS)",
    parseUrlPattern,
  ),
  secret: many(
    "REFERENCE[=URL]",
    "read env:NAME or file:PATH (or file:/run/secrets/*) for headers, google for auth; with =https://host for calls " +
      "there only (repeatable)",
    parseSecretPattern,
  ),
});

/** The URLs that the command line and the environment together allow to be called; empty: all that are not always refused. */
export function allowedUrls(given: readonly UrlPattern[]): UrlPattern[] {
  const texts = (Deno.env.get("SEQUOIA_ALLOW_URLS") ?? "").split(/[\s,]+/).filter((text) => text !== "");
  try {
    return [...given, ...texts.map(parseUrlPattern)];
  } catch (cause) {
    throw new UsageError(`SEQUOIA_ALLOW_URLS: ${(cause as Error).message}`, { cause });
  }
}

/** A warning of secrets that messages may have sent anywhere; undefined if there are none. */
export function strayingSecrets(
  secrets: readonly SecretPattern[],
  allowed: readonly UrlPattern[],
): string | undefined {
  const free = secrets.find(({ isBound }) => !isBound);
  if (free === undefined || allowed.length > 0) return undefined;
  return `Whoever can write to the queue can have ${free.text} sent to any URL. Write where it may go: --secret ` +
    `${free.text}=https://host, or add --allow-url`;
}
