import type { Json } from "../../lib/model/mod.ts";
import { type Relay, relayTo } from "./relay.ts";

/** The course of one call, whatever the platform. */
export type Act =
  /** The function answers the event that it was given. */
  | { readonly kind: "echo" }
  | { readonly kind: "answers"; readonly output: Json }
  /** The function answers a text that is no JSON. */
  | { readonly kind: "text"; readonly text: string }
  /** The function fails in itself. */
  | { readonly kind: "fails"; readonly message: string }
  /** There is no such function. */
  | { readonly kind: "missing" }
  /** The platform has no capacity. */
  | { readonly kind: "refused"; readonly retryAfterS?: number }
  /** No answer comes. */
  | { readonly kind: "hangs" }
  /** The connection ends without an answer. */
  | { readonly kind: "cut" };

/** An act that is up to the server of a platform. */
export type ServerAct = Exclude<Act, { kind: "hangs" | "cut" }>;

/** Has the calls of a test take their courses, behind a relay. */
export class Stage implements AsyncDisposable {
  /** The events that functions were given, in the order of the calls. */
  readonly events: unknown[] = [];
  readonly relay: Relay;
  readonly #acts: Act[] = [];
  readonly #over = Promise.withResolvers<void>();
  readonly #reached: (() => void)[] = [];

  /** @param port of the server of the platform */
  constructor(port: number) {
    this.relay = relayTo(port);
  }

  /** The courses of the calls to come, in order; all others echo. */
  play(...acts: readonly Act[]): void {
    this.#acts.push(...acts);
  }

  /** Whether the next call is refused, of a platform that does that by itself. */
  takeRefusal(): boolean {
    return this.#acts[0]?.kind === "refused" && this.#acts.shift() !== undefined;
  }

  /** The act of the call that begins now. */
  async next(event: unknown): Promise<ServerAct> {
    this.events.push(event);
    for (const tell of this.#reached.splice(0)) tell();
    const act = this.#acts.shift() ?? { kind: "echo" };
    if (act.kind !== "hangs" && act.kind !== "cut") return act;
    if (act.kind === "cut") this.relay.cut();
    await this.#over.promise;
    return { kind: "answers", output: null };
  }

  /** Resolves when the next call has reached its function. */
  reached(): Promise<void> {
    return new Promise((resolve) => this.#reached.push(resolve));
  }

  /** Lets go on what hangs, so that its server can end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.resolve();
    await this.relay[Symbol.asyncDispose]();
  }
}
