/** Where functions run: the Platform interface, HTTP, and the local platform over a provider model. */
import type { LambdaOptions } from "./lambda.ts";
import type { Platform } from "./platform.ts";

export { type Attachment, functionsAt, isStartable, lambdaRegionOf, parseAttachment } from "./attachment.ts";
export { type AwsCredentials, Credentials, type CredentialSources, systemSources } from "./credentials.ts";
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
export type { LambdaOptions } from "./lambda.ts";
export { OwnUrls } from "./own_urls.ts";
export { SeveralPlatforms } from "./several.ts";
export { parseUrlPattern, type UrlPattern } from "./url_pattern.ts";
export type { Profile } from "./provider/profile.ts";
export { parseProfile, profileParameters, profileSummaries, profileWords } from "./provider/profile_text.ts";
export { type Admission, type CallMode, Provider, type QueuedStart } from "./provider/provider.ts";

/** Opens AWS Lambda; what signs its requests is loaded with it. */
export async function openLambda(options: LambdaOptions): Promise<Platform> {
  const { LambdaPlatform } = await import("./lambda.ts");
  return new LambdaPlatform(options);
}
