import { audienceNamed, type FunctionAuth, type FunctionSpec, type Stop } from "../../model/mod.ts";
import { failure } from "../calls/answers.ts";
import { unserved, UnservedError } from "../calls/unserved.ts";
import { stopped, untilStopped } from "../calls/until_stopped.ts";
import { UrlGuard } from "../guard/url_guard.ts";
import type { HttpPlatform } from "../http/http.ts";
import type { PlatformSetup } from "../kind.ts";
import type { Answer, Call, NativeChains, Platform } from "../platform.ts";
import { SecretError, type Secrets } from "../secrets/secrets.ts";
import { audienceOf } from "./audience.ts";
import type { IdTokens } from "./id_tokens.ts";
import { IdTokenError } from "./token_error.ts";

/** The parts of an authorized platform. */
export interface AuthorizedOptions extends Pick<PlatformSetup, "clock" | "allowed"> {
  /** Makes the calls. */
  readonly http: HttpPlatform;
  /** The places that tokens may be sent to. */
  readonly secrets: Secrets;
  /** Opens the source of tokens, the first time that a function needs one. */
  readonly open: () => Promise<IdTokens>;
}

/** A function that proves who calls it, at its URL. */
interface Proven {
  readonly name: string;
  readonly url: string;
  readonly auth: FunctionAuth;
}

/**
 * Calls functions at http(s) URLs; those with `auth: "google"` with an ID token, where the operator lets tokens go. A token
 * that is not to be had is a lack of this program: its functions wait until there is one, and no attempt is charged.
 */
export class AuthorizedPlatform implements Platform {
  readonly name: string;
  readonly #options: AuthorizedOptions;
  readonly #guard: UrlGuard;
  #opened: Promise<IdTokens> | undefined;
  #tokens: IdTokens | undefined;

  constructor(options: AuthorizedOptions) {
    this.name = options.http.name;
    this.#options = options;
    this.#guard = new UrlGuard(options.allowed);
  }

  async prepare(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void> {
    await this.#options.http.prepare(spec, calls, signal);
  }

  get native(): NativeChains | undefined {
    return this.#options.http.native;
  }

  /** Of a function that needs a token also asks for it. */
  async unserved(spec: FunctionSpec): Promise<string | undefined> {
    const proven = provenOf(spec);
    if (proven === undefined) return await this.#options.http.unserved(spec);
    try {
      await this.#token(proven, audienceOfCall(proven));
      return undefined;
    } catch (error) {
      if (error instanceof UnservedError) return error.message;
      if (error instanceof SecretError) return undefined; // its calls fail, and say so
      throw error;
    }
  }

  invoke(call: Call, stop: AbortSignal | Stop): Promise<Answer> {
    const proven = provenOf(call.spec);
    return proven === undefined ? this.#options.http.invoke(call, stop) : this.#prove(call, proven, stop);
  }

  /** Once more with another token, if the one that was kept was refused; nothing of that time is the function's. */
  async #prove(call: Call, proven: Proven, stop: AbortSignal | Stop): Promise<Answer> {
    const { clock, http } = this.#options;
    const refusal = this.#guard.refusalOf(proven.url);
    if (refusal !== undefined) return failure(refusal, false);
    const sinceMs = clock.nowMs(), audience = audienceOfCall(proven);
    for (let isLast = false;; isLast = true) {
      let token: string;
      try {
        const found = this.#token(proven, audience);
        token = found instanceof Promise ? await untilStopped(found, stop) : found;
      } catch (error) {
        if (stop.aborted) return stopped();
        if (error instanceof UnservedError) return unserved(error);
        if (error instanceof SecretError) return failure(error, false);
        throw error;
      }
      const waitedMs = clock.nowMs() - sinceMs;
      const answer = await http.invoke(call, stop, `Bearer ${token}`);
      const mayGoAgain = answer.status === 401 && !isLast && !call.spec.atMostOnce;
      if (mayGoAgain && this.#tokens!.giveUp(audience, token)) continue;
      const hinted = withHint(answer, audience);
      return waitedMs === 0 ? hinted : { ...hinted, heldMs: waitedMs + (answer.heldMs ?? 0) };
    }
  }

  /**
   * @throws {SecretError} if it must not be sent there
   * @throws {UnservedError} (in the promise) if it is not to be had
   */
  #token({ name, url, auth }: Proven, audience: string): string | Promise<string> {
    const named = audienceNamed(auth);
    this.#options.secrets.check(named === undefined ? "google" : `google:${named}`, { of: "auth", url });
    const found = this.#tokens?.of(audience) ?? this.#open().then((tokens) => tokens.of(audience));
    if (!(found instanceof Promise)) return found;
    return found.catch((error) => {
      if (!(error instanceof IdTokenError)) throw error;
      throw new UnservedError(
        `function ${name} waits, as there is no ID token of Google for ${audience}: ${error.message}`,
      );
    });
  }

  async #open(): Promise<IdTokens> {
    this.#tokens = await (this.#opened ??= this.#options.open());
    return this.#tokens;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#opened)?.[Symbol.dispose]();
    await this.#options.http[Symbol.asyncDispose]();
  }
}

function provenOf({ name, url, auth }: FunctionSpec): Proven | undefined {
  return auth === undefined || url === undefined ? undefined : { name, url, auth };
}

function audienceOfCall({ url, auth }: Proven): string {
  return audienceNamed(auth) ?? audienceOf(url);
}

/** The answer of a function that did not let the call in, with what to do. */
function withHint(answer: Answer, audience: string): Answer {
  const hint = HINTS[answer.status], { outcome } = answer;
  if (hint === undefined || outcome.kind !== "failed") return answer;
  return { ...answer, outcome: { ...outcome, reason: `${outcome.reason}. ${hint(audience)}` } };
}

const HINTS: Readonly<Record<number, (audience: string) => string>> = {
  401: (audience) =>
    `The ID token was for ${audience}: if it expects another audience, write auth: { google: { audience } }`,
  403: () =>
    "If Google refused it, give the service account the role roles/run.invoker (of 1st gen, roles/cloudfunctions.invoker)",
};
