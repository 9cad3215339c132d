import type { Clock } from "../model/mod.ts";
import type { CollectorAddress } from "./calls/event.ts";
import type { UrlPattern } from "./guard/url_pattern.ts";
import type { HttpClientOptions } from "./http/client/client.ts";
import type { Platform } from "./platform.ts";
import type { Secrets } from "./secrets/secrets.ts";

/** The options and the tools that a platform is opened with. */
export interface PlatformSetup extends HttpClientOptions {
  readonly clock: Clock;
  /** A variable of the environment. */
  variable(name: string): string | undefined;
  /**
   * The text of a file; undefined if it is not there.
   *
   * @param maxBytes the longest file that is read, in bytes; with it, only regular files are. (Default: any file)
   */
  readFile(path: string, maxBytes?: number): Promise<string | undefined>;
  /** The patterns for the URLs that functions have of their own. (Default: any) */
  readonly allowed?: readonly UrlPattern[];
  /** The secrets that headers may refer to. (Default: none) */
  readonly secrets?: Secrets;
  /** Where functions report to. (Default: nowhere) */
  readonly collector?: CollectorAddress;
}

/** A platform that `--platform NAME=URL` names. */
export interface Attached {
  readonly name: string;
  readonly url: URL;
}

/** A kind of platform whose functions have URLs of a scheme of its own (`URL_SCHEMES` in the model says how they are written). */
export interface PlatformKind {
  /** The scheme of the URLs, before the colon. */
  readonly scheme: string;
  /** The form of an attached platform: `lambda:REGION`. */
  readonly place: string;
  /** Whether a URL of this scheme is such a place. */
  isPlace(url: URL): boolean;
  /**
   * Opens the platform: for functions with URLs of their own, or, attached, for those without one, by their names.
   *
   * @throws {PlatformError} if it cannot be used, with what to do
   */
  open(setup: PlatformSetup, attached?: Attached): Promise<Platform>;
}
