import type { Stop } from "../model/mod.ts";
import type { Answer, Call, Platform } from "./platform.ts";

/** Several platforms as one: a call goes where the scheduler has placed it. */
export class SeveralPlatforms implements Platform {
  readonly name: string;
  readonly #own: Platform;
  readonly #attached: ReadonlyMap<string, Platform>;

  /**
   * @param own for functions with URLs of their own: one, or one for each platform that they may be placed on
   * @param attached by name
   */
  constructor(own: Platform, attached: ReadonlyMap<string, Platform>) {
    this.name = [...attached.keys()].join(", ");
    this.#own = own;
    this.#attached = attached;
  }

  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec, platform: placed } = call;
    if (placed === undefined) return this.#own.invoke(call, signal);
    const url = spec.urls?.[placed];
    if (url !== undefined) return this.#own.invoke({ ...call, spec: { ...spec, url } }, signal);
    const platform = this.#attached.get(placed);
    if (platform === undefined) throw new TypeError(`No platform ${placed} is attached`);
    return platform.invoke(call, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const platform of [this.#own, ...this.#attached.values()]) await platform[Symbol.asyncDispose]();
  }
}
