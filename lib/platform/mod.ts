/** Where functions run: the Platform interface, HTTP, and the local platform over a provider model. */
import type { LambdaOptions } from "./lambda.ts";
import type { Platform } from "./platform.ts";

export { type Attachment, functionsAt, isStartable, lambdaRegionOf, parseAttachment } from "./attachment.ts";
export { type ChainCallEnd, ChainHost, type ChainHostOptions } from "./chain_host.ts";
export { type AwsCredentials, Credentials, type CredentialSources, systemSources } from "./credentials.ts";
export { type CollectorAddress, idempotencyKey } from "./event.ts";
export { FunctionRunner, type FunctionRunnerOptions } from "./function_runner.ts";
export { type HttpOptions, HttpPlatform, MODE_HEADER } from "./http.ts";
export { LocalPlatform } from "./local.ts";
export { isLocalPlatform, LOCAL_ADDRESS, localUrl, parseAddress } from "./local_address.ts";
export { type LocalCounts, LocalServer, type LocalServerOptions } from "./local_server.ts";
export { type Answer, type Call, type NativeChains, type Platform, PlatformError } from "./platform.ts";
export { Turns } from "./turns.ts";
export type { LambdaOptions } from "./lambda.ts";
export { OwnUrls } from "./own_urls.ts";
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

/** Opens AWS Lambda; what signs its requests is loaded with it. */
export async function openLambda(options: LambdaOptions): Promise<Platform> {
  const { LambdaPlatform } = await import("./lambda.ts");
  return new LambdaPlatform(options);
}
