import {
  type FunctionSpec,
  NULL,
  type OpenWhiskName,
  parseOpenWhiskUrl,
  type Stop,
} from "../../model/mod.ts";
import { failure } from "../calls/answers.ts";
import { UrlGuard } from "../guard/url_guard.ts";
import { HttpPlatform } from "../http/http.ts";
import type { Attached, PlatformSetup } from "../kind.ts";
import type { Answer, Call, Platform } from "../platform.ts";
import type { OpenWhiskKey } from "./key.ts";

/**
 * Invokes actions by OpenWhisk's own API, which is HTTP with a key: blocking calls that answer with the action's result, or
 * that are asked for later where an action takes longer than the API waits; calls in the background are not blocking. Source:
 * apache/openwhisk, docs/rest_api.md. The key goes nowhere but to the host that it belongs to, whatever a message says.
 */
export class OpenWhiskPlatform implements Platform {
  readonly name: string;
  readonly #http: HttpPlatform;
  readonly #key: OpenWhiskKey;
  readonly #guard: UrlGuard;
  readonly #place: string | undefined;
  /** Functions as they are called; they are made once for each. */
  readonly #specs = new WeakMap<FunctionSpec, FunctionSpec | Answer>();

  /** @param attached its namespace, or package, where functions without a URL are by their names */
  constructor(setup: PlatformSetup, key: OpenWhiskKey, attached?: Attached) {
    this.name = attached?.name ?? "openwhisk";
    this.#key = key;
    this.#place = attached?.url.href;
    this.#guard = new UrlGuard(setup.allowed);
    const { allowed: _, ...rest } = setup; // they are patterns of the URLs that functions have, not of those that are called
    this.#http = new HttpPlatform({ ...rest, name: this.name, local: { resolve: nobody } });
  }

  async invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec } = call;
    let called = this.#specs.get(spec);
    if (called === undefined) this.#specs.set(spec, called = this.#called(spec));
    if ("outcome" in called) return called;
    const answer = await this.#http.invoke({ ...call, spec: called }, signal);
    if (!spec.background || answer.outcome.kind !== "ok") return answer;
    return { ...answer, outcome: { kind: "ok", output: NULL } }; // it says which activation it has become
  }

  #called(spec: FunctionSpec): FunctionSpec | Answer {
    const url = spec.url ?? `${this.#place}/${spec.name}`;
    const target = parseOpenWhiskUrl(url);
    if (target === undefined) {
      return failure(`OpenWhisk has no actions named ${spec.name}. Give the function a url`, false);
    }
    const refusal = spec.url === undefined ? undefined : this.#guard.refusalOf(spec.url);
    if (refusal !== undefined) return failure(refusal, false);
    const { host } = new URL(this.#key.origin);
    if (target.host !== host) {
      return failure(
        `there is no key for OpenWhisk at ${target.host}, only for ${host}. Set OW_APIHOST and OW_AUTH`,
        false,
      );
    }
    return {
      ...spec,
      url: actionUrl(this.#key.origin, target, spec.background === true),
      method: "POST",
      headers: { ...spec.headers, authorization: this.#key.authorization },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#http[Symbol.asyncDispose]();
  }
}

function actionUrl(origin: string, { namespace, action }: OpenWhiskName, background: boolean): string {
  const path = `${origin}/api/v1/namespaces/${namespace}/actions/${action}`;
  return background ? `${path}?blocking=false` : `${path}?blocking=true&result=true`;
}

function nobody(): never {
  throw new TypeError("Cannot call a function of OpenWhisk without its URL");
}
