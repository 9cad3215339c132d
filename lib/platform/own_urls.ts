import { type FunctionSpec, kindOf, type Stop } from "../model/mod.ts";
import { failure } from "./calls/answers.ts";
import type { Answer, Call, NativeChains, Platform } from "./platform.ts";

/** Calls functions where their URLs say: at http(s) URLs and on the local platform, or on AWS Lambda. */
export class OwnUrls implements Platform {
  readonly name: string;
  readonly #http: Platform;
  readonly #openLambda: () => Promise<Platform>;
  #lambda: Promise<Platform> | undefined;

  /** @param openLambda is asked the first time that a function is on Lambda */
  constructor(http: Platform, openLambda: () => Promise<Platform>) {
    this.name = http.name;
    this.#http = http;
    this.#openLambda = openLambda;
  }

  async prepare(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void> {
    if (spec.urls === undefined && !isOnLambda(spec)) await this.#http.prepare?.(spec, calls, signal);
  }

  async unserved(spec: FunctionSpec): Promise<string | undefined> {
    return kindOf(spec) === "called" ? undefined : await this.#http.unserved?.(spec);
  }

  get native(): NativeChains | undefined {
    return this.#http.native;
  }

  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec } = call;
    if (isOnLambda(spec)) return this.#onLambda(call, signal);
    if (spec.url !== undefined || spec.urls === undefined) return this.#http.invoke(call, signal);
    const names = Object.keys(spec.urls).join(", ");
    return Promise.resolve(failure(
      `none of its platforms is attached: ${names}. Attach one: consume --platform NAME=URL`,
      false,
    ));
  }

  async #onLambda(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    this.#lambda ??= this.#openLambda();
    const lambda = await this.#lambda;
    return { ...await lambda.invoke(call, signal), platform: lambda.name };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
    await (await this.#lambda)?.[Symbol.asyncDispose]();
  }
}

function isOnLambda({ url }: FunctionSpec): boolean {
  return url?.startsWith("lambda:") ?? false;
}
