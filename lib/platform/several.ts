import type { Stop } from "../model/mod.ts";
import { failure } from "./answers.ts";
import type { Answer, Call, Platform } from "./platform.ts";

/** Several platforms as one: a call goes where the scheduler has placed it. */
export class SeveralPlatforms implements Platform {
  readonly name: string;
  readonly #own: Platform;
  readonly #attached: ReadonlyMap<string, Platform>;

  /**
   * @param own for functions with a URL of their own: one for all, or one for the platform that they are placed on
   * @param attached by name
   */
  constructor(own: Platform, attached: ReadonlyMap<string, Platform>) {
    this.name = [...attached.keys()].join(", ") || own.name;
    this.#own = own;
    this.#attached = attached;
  }

  async invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec, platform: placed } = call;
    const { urls } = spec;
    if (urls === undefined) {
      const platform = placed === undefined ? this.#own : this.#attached.get(placed);
      if (platform === undefined) throw new TypeError(`No platform ${placed} is attached`);
      return await platform.invoke(call, signal);
    }
    const url = placed === undefined ? undefined : urls[placed];
    if (url !== undefined) return await this.#own.invoke({ ...call, spec: { ...spec, url } }, signal);
    const names = Object.keys(urls).join(", ");
    return failure(
      `none of its platforms is attached: ${names}. Attach one: consume --platform NAME=URL`,
      false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const platform of [this.#own, ...this.#attached.values()]) await platform[Symbol.asyncDispose]();
  }
}
