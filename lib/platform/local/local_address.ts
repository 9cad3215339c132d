import { fetchDirectly } from "../calls/fetch_directly.ts";
import { PlatformError } from "../platform.ts";

/** Where the local platform listens unless told otherwise. */
export const LOCAL_ADDRESS = "127.0.0.1:7077";
/** Functions are at this path, followed by their name. */
export const FUNCTION_PATH = "/f/";
/** Chains that are POSTed to this path run the local platform's way. */
export const CHAIN_PATH = "/chains";
/** A GET of this path answers who is there. */
export const IDENTITY_PATH = "/sequoia";
/** What is answered there. */
export const IDENTITY = "sequoia local platform";

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
      "cannot-listen",
      `Cannot listen at "${address}". Write host:port, for example ${LOCAL_ADDRESS}`,
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

/** Whether a local platform listens at a URL; false if nobody does. @throws {PlatformError} if somebody else does */
export async function isLocalPlatform(base: string): Promise<boolean> {
  let answer: string;
  try {
    const response = await fetchDirectly(base + IDENTITY_PATH, { signal: AbortSignal.timeout(2000) });
    answer = await response.text();
  } catch (error) {
    if (error instanceof TypeError) return false;
    answer = "";
  }
  if (answer === IDENTITY) return true;
  throw new PlatformError(
    "cannot-listen",
    `Cannot use the local platform at ${base}: another program listens there. Choose another address with --local`,
  );
}
