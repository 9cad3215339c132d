/** Where functions run: the Platform interface, HTTP, and the local platform over a provider model. */
export { type Attachment, functionsAt, isStartable, parseAttachment } from "./attachment.ts";
export { type CollectorAddress, idempotencyKey } from "./event.ts";
export { type HttpOptions, HttpPlatform } from "./http.ts";
export { LocalPlatform } from "./local.ts";
export {
  LOCAL_ADDRESS,
  type LocalCounts,
  LocalServer,
  type LocalServerOptions,
  localUrl,
  parseAddress,
} from "./local_server.ts";
export { type Answer, type Call, type Platform, PlatformError } from "./platform.ts";
export { SeveralPlatforms } from "./several.ts";
export { parseUrlPattern, type UrlPattern } from "./url_pattern.ts";
export type { Profile } from "./provider/profile.ts";
export { PROFILE_SCHEMA, profileFile, readProfileFile } from "./provider/profile_file.ts";
export {
  parseProfile,
  profileFileOf,
  profileParameters,
  profileSummaries,
  profileWords,
} from "./provider/profile_text.ts";
export {
  type Admission,
  type CallMode,
  Provider,
  type QueuedStart,
  successorMode,
} from "./provider/provider.ts";
