import { realClock, systemRandom } from "../model/mod.ts";
import { parseProfile } from "../provider/mod.ts";
import { assemblePlatform } from "./assemble.ts";
import { parseAttachment } from "./attachment.ts";
import { parseUrlPattern } from "./guard/url_pattern.ts";
import { LOCAL_ADDRESS } from "./local/local_address.ts";
import { thisMachine } from "./machine.ts";
import type { Platform } from "./platform.ts";
import { parseSecretPattern } from "./secrets/secret_pattern.ts";

/** Options for opening a platform, as texts that the command line takes, too. */
export interface OpenPlatformOptions {
  /**
   * The platforms that functions without a URL run on: `edge=http://127.0.0.1:7077,limit=200` or `aws=lambda:eu-central-1`.
   * (Default: none; such functions run on the local platform)
   */
  readonly attached?: readonly string[];
  /** The patterns that URLs of functions must match, as `https://*.example.com/`. (Default: any URL may be called) */
  readonly allowed?: readonly string[];
  /** The secrets that headers may refer to, and where they may go: `env:TOKEN=https://example.com`. (Default: none) */
  readonly secrets?: readonly string[];
  /** `host:port` of a local platform that runs. (Default: 127.0.0.1:7077, started there for modelled functions if nobody listens) */
  readonly local?: string;
  /** The provider that a local platform behaves like, if it is started: `hard-limit,limit=50`. (Default: ideal) */
  readonly profile?: string;
  /** Called, in words, with what an operator should see. (Default: no callback) */
  readonly onNote?: (words: string) => void;
}

/**
 * Opens the platform that calls functions wherever they are: at HTTP URLs, on AWS Lambda or OpenWhisk by their URLs, on attached
 * platforms and on the local one. Keys and proxies come from the environment, as for `sequoia consume`.
 *
 * @throws {PlatformError | SyntaxError} if a text cannot be read, or a platform cannot be used
 * @throws {ProfileError} if the profile is none
 */
export async function openPlatform(options: OpenPlatformOptions = {}): Promise<Platform> {
  const { local, profile = "ideal", attached = [], allowed = [], secrets = [], onNote = () => {} } = options;
  return await assemblePlatform({
    ...thisMachine,
    clock: realClock,
    random: systemRandom(),
    local: local ?? LOCAL_ADDRESS,
    mayStart: local === undefined,
    profile: parseProfile(profile),
    attached: attached.map(parseAttachment),
    allowed: allowed.map(parseUrlPattern),
    secret: secrets.map(parseSecretPattern),
    onStart: onNote,
    onNote,
  });
}
