/**
 * Where functions run: the Platform interface (`platform.ts`) and its kinds. `http/` calls any URL, `lambda/` AWS Lambda, and
 * `local/` is a platform of our own over the model of a provider (`provider/`). `calls/` is what all calls have in common,
 * from the event to what an answer means; `guard/` says which URLs are never called.
 */
import type { LambdaOptions } from "./lambda/lambda.ts";
import type { Platform } from "./platform.ts";

export { type Attachment, functionsAt, isOnLoopback, lambdaRegionOf, parseAttachment } from "./attachment.ts";
export { type ChainCallEnd, ChainHost, type ChainHostOptions } from "./local/chain_host.ts";
export {
  type AwsCredentials,
  Credentials,
  type CredentialSources,
  systemSources,
} from "./lambda/credentials.ts";
export { type CollectorAddress, idempotencyKey } from "./calls/event.ts";
export { FunctionRunner, type FunctionRunnerOptions } from "./local/function_runner.ts";
export { collectorText, type HttpOptions, HttpPlatform, MODE_HEADER } from "./http/http.ts";
export { Proxies } from "./http/client/proxies.ts";
export { LocalPlatform, type LocalPlatformOptions } from "./local/local.ts";
export { bodiesAt, isLocalPlatform, LOCAL_ADDRESS, localUrl, parseAddress } from "./local/local_address.ts";
export { type LocalCounts, LocalServer, type LocalServerOptions } from "./local/local_server.ts";
export { type Answer, type Call, type NativeChains, type Platform, PlatformError } from "./platform.ts";
export { Turns } from "./local/turns.ts";
export type { LambdaOptions } from "./lambda/lambda.ts";
export { StrayErrors } from "./local/stray_errors.ts";
export { startLocalServer } from "./local/take_over.ts";
export { unservedWords } from "./local/unserved_words.ts";
export { OwnUrls } from "./own_urls.ts";
export { SeveralPlatforms } from "./several.ts";
export { isLoopback } from "./guard/addresses.ts";
export { parseUrlPattern, type UrlPattern } from "./guard/url_pattern.ts";
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

/** Opens AWS Lambda; what signs its requests is loaded with it. */
export async function openLambda(options: LambdaOptions): Promise<Platform> {
  const { LambdaPlatform } = await import("./lambda/lambda.ts");
  return new LambdaPlatform(options);
}
