/**
 * Where functions run: the Platform interface (`platform.ts`) and its kinds. `http/` calls any URL; `lambda/`, `openwhisk/` are
 * kinds with a URL scheme of their own, which `kinds.ts` lists; `google/` proves to private functions who calls them; `local/` is a platform of our own over the model of a provider. `calls/` is what all calls have in common,
 * from the event to what an answer means; `guard/` says which URLs are never called, `secrets/` reads what headers refer to.
 */
export { assemblePlatform } from "./assemble.ts";
export { type Attachment, parseAttachment } from "./attachment.ts";
export { ChainHost } from "./local/chain_host.ts";
export { MAX_ANSWER_BYTES } from "./calls/body.ts";
export { type CollectorAddress, idempotencyKey } from "./calls/event.ts";
export { FunctionRunner } from "./local/function_runner.ts";
export { collectorText, HttpPlatform, MODE_HEADER } from "./http/http.ts";
export { HttpClient } from "./http/client/client.ts";
export { Proxies } from "./http/client/proxies.ts";
export { LocalPlatform } from "./local/local.ts";
export { isLocalPlatform, LOCAL_ADDRESS, localUrl, parseAddress } from "./local/local_address.ts";
export { LocalServer, type LocalServerOptions } from "./local/local_server.ts";
export {
  type Answer,
  type Call,
  type ChainCallEnd,
  type NativeChains,
  type Platform,
  PlatformError,
} from "./platform.ts";
export { Turns } from "./local/turns.ts";
export { platformKindOf } from "./kinds.ts";
export { StrayErrors } from "./local/stray_errors.ts";
export { startLocalServer } from "./local/take_over.ts";
export { openPlatform, type OpenPlatformOptions } from "./open.ts";
export { Poster, type PosterOptions } from "./poster.ts";
export { isLoopback } from "../web/mod.ts";
export { thisMachine } from "./machine.ts";
export { parseUrlPattern, type UrlPattern } from "./guard/url_pattern.ts";
export { parseSecretPattern, type SecretPattern } from "./secrets/secret_pattern.ts";
