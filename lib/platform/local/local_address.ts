import { fetchDirectly } from "../calls/fetch_directly.ts";
import { isRefused } from "../calls/unserved.ts";
import { PlatformError } from "../platform.ts";

/** The address on which the local platform listens by default. */
export const LOCAL_ADDRESS = "127.0.0.1:7077";
/** Functions are at this path, followed by their name. */
export const FUNCTION_PATH = "/f/";
/** Chains that are POSTed to this path run the local platform's way. */
export const CHAIN_PATH = "/chains";
/** A GET of this path answers who is there. */
export const IDENTITY_PATH = "/sequoia";
/** The answer. */
export const IDENTITY = "sequoia local platform";
/** A POST to this path has a server that was started for modelled functions alone leave its address to the caller. */
export const ASIDE_PATH = "/sequoia/aside";
/** A GET of this path answers the names of the functions whose bodies are there: a list, as JSON. */
export const BODIES_PATH = "/sequoia/bodies";

/**
 * Splits `host:port` or `[v6]:port`.
 *
 * @throws {PlatformError} if it is neither
 */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new PlatformError(
      "bad-address",
      `Cannot use "${address}" as an address: it is not host:port. Write host:port, for example ${LOCAL_ADDRESS}`,
    );
  }
  return { hostname: match[1] ?? match[2]!, port };
}

/** The URL at which a local platform has a function. */
export function localUrl(base: string, functionName: string): string {
  return `${base}${FUNCTION_PATH}${encodeURIComponent(functionName)}`;
}

/** The URL at which a local platform takes chains. */
export function chainUrl(base: string): string {
  return base + CHAIN_PATH;
}

/** The names of the functions whose bodies a local platform has; undefined if it is too old to say, or nobody listens. */
export async function bodiesAt(base: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const response = await fetchDirectly(base + BODIES_PATH, { signal: AbortSignal.timeout(2000) });
    const names: unknown = await response.json();
    if (!response.ok || !Array.isArray(names)) return undefined;
    return new Set(names.filter((name) => typeof name === "string"));
  } catch {
    return undefined;
  }
}

/** A connection that breaks off, or is silent, is tried again: the program that listened may be ending, or busy. */
const TRIES = 3;

/**
 * The time that a listening program has to say who it is, in milliseconds: less than a probe of the scheduler has for its
 * answer.
 */
const ANSWER_MS = 1500;

/** Somebody listens at the address of the local platform and says nothing, as a process does that was stopped. */
export class SilentError extends PlatformError {
  constructor(base: string) {
    super("cannot-listen", `what listens at ${base} does not answer`);
  }
}

/**
 * Whether a local platform listens at a URL; false if nobody does.
 *
 * @param tries the number of times that it is asked, if it does not answer
 * @throws {PlatformError} if another program listens
 * @throws {SilentError} if the program that listens does not answer
 */
export async function isLocalPlatform(base: string, tries = TRIES): Promise<boolean> {
  for (let left = tries; left > 0; left--) {
    try {
      const response = await fetchDirectly(base + IDENTITY_PATH, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (await response.text() === IDENTITY) return true;
      break;
    } catch (error) {
      if (isRefused(error)) return false;
      if (left === 1 && error instanceof DOMException && error.name === "TimeoutError") {
        throw new SilentError(base);
      }
    }
  }
  throw new PlatformError(
    "cannot-listen",
    `Cannot use the local platform at ${base}: another program listens there. Choose another address with --local`,
  );
}
