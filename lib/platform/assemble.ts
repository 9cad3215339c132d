import type { Clock, Random } from "../model/mod.ts";
import { type Profile, profileWords } from "../provider/mod.ts";
import { type Attachment, functionsAt, isOnLoopback } from "./attachment.ts";
import type { CollectorAddress } from "./calls/event.ts";
import { isLoopback } from "../web/mod.ts";
import type { UrlPattern } from "./guard/url_pattern.ts";
import { Proxies } from "./http/client/proxies.ts";
import { AuthorizedPlatform } from "./google/authorized_platform.ts";
import type { IdTokens } from "./google/id_tokens.ts";
import { collectorText, HttpPlatform } from "./http/http.ts";
import type { PlatformSetup } from "./kind.ts";
import { platformKindOf } from "./kinds.ts";
import { LocalPlatform } from "./local/local.ts";
import { parseAddress } from "./local/local_address.ts";
import type { LocalServerOptions } from "./local/local_server.ts";
import { OwnUrls } from "./own_urls.ts";
import type { Platform } from "./platform.ts";
import type { SecretPattern } from "./secrets/secret_pattern.ts";
import { Secrets } from "./secrets/secrets.ts";
import { SeveralPlatforms } from "./several.ts";

/** The parts that a platform is assembled from. */
export interface PlatformParts extends Pick<PlatformSetup, "variable" | "readFile"> {
  readonly clock: Clock;
  /** For cold starts of a local platform that is started. */
  readonly random: Random;
  /** `host:port` of the local platform. */
  readonly local: string;
  /** Whether one is started there for modelled functions, if nobody listens and the address is of this machine. */
  readonly mayStart: boolean;
  /** The behaviour of one that is started. */
  readonly profile: Profile;
  /** The platforms that functions without a URL run on, if there are several. (Default: none, they run on the local one) */
  readonly attached?: readonly Attachment[] | undefined;
  /** The patterns that URLs of functions must match. (Default: any URL may be called) */
  readonly allowed?: readonly UrlPattern[] | undefined;
  /** The secrets that headers may refer to. (Default: none) */
  readonly secret?: readonly SecretPattern[] | undefined;
  /** Where functions report to. (Default: nowhere) */
  readonly collector?: CollectorAddress | undefined;
  /** Has functions of a local platform that is started tell the collector of their calls. (Default: they do not) */
  readonly tells?: LocalServerOptions["tells"] | undefined;
  /** Takes connections of functions on this machine and ignores their lines, where there is no collector. (Default: none) */
  readonly sink?: CollectorAddress | undefined;
  /** The most calls in flight: as many connections are kept open. (Default: what the HTTP client keeps) */
  readonly load?: number | undefined;
  /** Whether a local platform may answer calls of URLs without a body. (Default: false) */
  readonly modelsUrls?: boolean | undefined;
  /** Called, in words, when the local platform was started. */
  readonly onStart: (words: string) => void;
  /** Called, in words, when calls are held back because this machine is short of something, and when that is over. */
  readonly onNote: (words: string) => void;
}

/**
 * Assembles a platform: HTTP, with the local platform or the attached ones for functions that have no URL, and the kinds that
 * URLs of other schemes name.
 *
 * @throws {PlatformError} if one is attached that cannot be used, as there is no key for it
 */
export async function assemblePlatform(parts: PlatformParts): Promise<Platform> {
  const { clock, variable, readFile, local, collector, sink, load, modelsUrls = false, onNote } = parts;
  const { attached = [], allowed = [], secret = [] } = parts;
  const common = {
    clock,
    proxies: new Proxies((name) => variable(name) || undefined, [local]), // set to nothing counts as unset
    onNote,
    secrets: new Secrets({ clock, variable, readFile, allowed: secret, onNote }),
    ...collector === undefined ? {} : { collector },
    ...sink === undefined ? {} : { sink },
  };
  const setup = { ...common, variable, readFile, allowed };
  const http = new HttpPlatform({
    ...common,
    allowed,
    modelsUrls,
    local: localOf(parts),
    ...(load === undefined ? {} : { idleConnections: load }),
  });
  const attach = async (attachment: Attachment): Promise<Platform> => {
    const { name, url } = attachment, kind = platformKindOf(url.protocol);
    if (kind !== undefined) return await kind.open(setup, attachment);
    const local = isOnLoopback(attachment)
      ? new LocalPlatform({ address: url.host })
      : functionsAt(attachment);
    return new HttpPlatform({ ...common, local, name });
  };
  const { secrets } = common;
  const authorized = new AuthorizedPlatform({ clock, allowed, http, secrets, open: () => openTokens(setup) });
  const own = new OwnUrls(authorized, (kind) => kind.open(setup));
  if (attached.length === 0) return own;
  const byName = new Map<string, Platform>();
  for (const attachment of attached) byName.set(attachment.name, await attach(attachment));
  return new SeveralPlatforms(own, byName);
}

async function openTokens(setup: PlatformSetup): Promise<IdTokens> {
  const { openIdTokens } = await import("./google/open.ts"); // few need them
  return openIdTokens(setup);
}

/** The local platform at its address, which is started for modelled functions where that may be. */
function localOf(
  { clock, random, local, mayStart, profile, collector, tells, onStart }: PlatformParts,
): LocalPlatform {
  const started = ({ url }: { readonly url: string }) =>
    onStart(
      `No local platform at ${local}: started one at ${url} for modelled functions, ${profileWords(profile)}`,
    );
  const reporting = collector === undefined || tells === undefined
    ? {}
    : { tells, collectors: new Set([collectorText(collector)]) };
  const isStarted = mayStart && isLoopback(parseAddress(local).hostname);
  return new LocalPlatform({
    address: local,
    collector,
    ...isStarted && { starts: { profile, clock, random, ...reporting }, started },
  });
}
