import { type FunctionSpec, kindOf, type Stop } from "../model/mod.ts";
import { failure } from "./calls/answers.ts";
import type { PlatformKind } from "./kind.ts";
import { platformKindOf } from "./kinds.ts";
import type { Answer, Call, NativeChains, Platform } from "./platform.ts";

/** Calls functions where their URLs say: at http(s) URLs and on the local platform, or on platforms of other kinds. */
export class OwnUrls implements Platform {
  readonly name: string;
  readonly #http: Platform;
  readonly #open: (kind: PlatformKind) => Promise<Platform>;
  /** Those that are open, at most one of each kind. */
  readonly #opened = new Map<PlatformKind, Promise<Platform>>();

  /** @param open is asked the first time that a function is on a platform of a kind */
  constructor(http: Platform, open: (kind: PlatformKind) => Promise<Platform>) {
    this.name = http.name;
    this.#http = http;
    this.#open = open;
  }

  async prepare(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void> {
    const isHttp = spec.urls === undefined && kindOfUrl(spec) === undefined;
    if (isHttp) await this.#http.prepare?.(spec, calls, signal);
  }

  async unserved(spec: FunctionSpec): Promise<string | undefined> {
    const isProven = spec.auth !== undefined && spec.url !== undefined && kindOfUrl(spec) === undefined;
    return kindOf(spec) === "called" && !isProven ? undefined : await this.#http.unserved?.(spec);
  }

  get native(): NativeChains | undefined {
    return this.#http.native;
  }

  invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec } = call, kind = kindOfUrl(spec);
    if (kind !== undefined) return this.#invokeOn(kind, call, signal);
    if (spec.url !== undefined || spec.urls === undefined) return this.#http.invoke(call, signal);
    const names = Object.keys(spec.urls).join(", ");
    return Promise.resolve(failure(
      `none of its platforms is attached: ${names}. Attach one: consume --platform NAME=URL`,
      false,
    ));
  }

  async #invokeOn(kind: PlatformKind, call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    let opened = this.#opened.get(kind);
    if (opened === undefined) this.#opened.set(kind, opened = this.#open(kind));
    const platform = await opened;
    return { ...await platform.invoke(call, signal), platform: platform.name };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
    for (const opened of this.#opened.values()) await (await opened)[Symbol.asyncDispose]();
  }
}

function kindOfUrl({ url }: FunctionSpec): PlatformKind | undefined {
  return url === undefined || url.startsWith("http") ? undefined : platformKindOf(url);
}
