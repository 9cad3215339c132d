import type { Stop } from "../model/mod.ts";
import type { Answer, Call, Platform } from "./platform.ts";

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

  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const isOnLambda = call.spec.url?.startsWith("lambda:") ?? false;
    return isOnLambda ? this.#onLambda(call, signal) : this.#http.invoke(call, signal);
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
