import type { Stop } from "../model/mod.ts";
import type { Answer, Call, Platform } from "./platform.ts";

/** Several platforms as one: a call goes where the scheduler has placed it. */
export class SeveralPlatforms implements Platform {
  readonly name: string;
  readonly #own: Platform;
  readonly #attached: ReadonlyMap<string, Platform>;

  /**
   * @param own for functions with a URL of their own, which are placed nowhere
   * @param attached by name
   */
  constructor(own: Platform, attached: ReadonlyMap<string, Platform>) {
    this.name = [...attached.keys()].join(", ");
    this.#own = own;
    this.#attached = attached;
  }

  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const platform = call.platform === undefined ? this.#own : this.#attached.get(call.platform);
    if (platform === undefined) throw new TypeError(`No platform ${call.platform} is attached`);
    return platform.invoke(call, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const platform of [this.#own, ...this.#attached.values()]) await platform[Symbol.asyncDispose]();
  }
}
