import {
  type Clock,
  type Json,
  type JsonObject,
  onAbort,
  type Outcome,
  readJson,
  type Stop,
} from "../../lib/model/mod.ts";
import { type Answer, type Call, idempotencyKey, type Platform } from "../../lib/platform/mod.ts";
import { ok } from "../scheduler/builders.ts";

/** The outcome of a call: by default, after 10 ms, an output that no other call has. */
export interface Reply {
  readonly runMs?: number;
  readonly outcome?: Outcome;
  /** Rejects instead, as a platform does that cannot be used. */
  readonly error?: Error;
}

/** Decides the outcome of a call. @param nth 1 for the first call of this node of this instance */
export type Script = (call: Call, nth: number) => Reply | undefined;

/** A call as the platform saw it. */
export interface SeenCall {
  readonly instance: string;
  readonly chain: string;
  readonly node: string;
  /** Of a map: which item. */
  readonly item: number | undefined;
  /** The idempotency key. */
  readonly key: string;
  readonly function: string;
  readonly attempt: number;
  /** Whether the function may run once only. */
  readonly once: boolean;
  readonly args: JsonObject;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly startedAtMs: number;
  endedAtMs?: number;
  outcome?: Outcome;
}

const DEFAULT_RUN_MS = 10;

/** A platform that answers by a script and notes what it was asked. */
export class ScriptedPlatform implements Platform {
  readonly name = "scripted";
  readonly calls: SeenCall[] = [];
  /** The most calls that were in flight at once, in all and by function and chain. */
  readonly most: Record<string, number> = {};
  /** Called with each call when it begins. */
  onCall: (call: SeenCall) => void = () => {};
  readonly #running: Record<string, number> = {};
  readonly #clock: Clock;
  readonly #script: Script;

  constructor(clock: Clock, script: Script = () => undefined) {
    this.#clock = clock;
    this.#script = script;
  }

  /** The calls of a node of an instance, or of all of them, as "instance/node". */
  keys(): string[] {
    return this.calls.map(({ instance, node }) => `${instance}/${node}`);
  }

  async invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { instance, spec, node, item, attempt, args, inputs } = call;
    const seen: SeenCall = {
      instance: instance.id,
      chain: instance.chain.name,
      node: instance.chain.nodes[node]!.name,
      item,
      key: idempotencyKey(call),
      function: spec.name,
      attempt,
      once: spec.atMostOnce,
      args: readJson(args) as JsonObject,
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, readJson(text)])),
      startedAtMs: this.#clock.nowMs(),
    };
    this.calls.push(seen);
    this.onCall(seen);
    const number = this.calls.length;
    const nth =
      this.calls.filter((other) => other.instance === seen.instance && other.node === seen.node).length;
    const { runMs = DEFAULT_RUN_MS, outcome, error } = this.#script(call, nth) ?? {};
    const counts = ["all", `function ${seen.function}`, `chain ${seen.chain}`];
    for (const name of counts) this.#begin(name);
    const ended = new AbortController();
    const forget = onAbort(signal, () => ended.abort());
    await this.#clock.until(seen.startedAtMs + runMs, ended.signal);
    forget();
    for (const name of counts) this.#running[name]!--;
    if (error !== undefined) throw error;
    seen.outcome = signal.aborted
      ? { kind: "failed", reason: "aborted", retryable: true }
      : outcome ?? ok(`${seen.node}#${number}`);
    seen.endedAtMs = this.#clock.nowMs();
    return { outcome: seen.outcome, status: seen.outcome.kind === "ok" ? 200 : 500, cold: false };
  }

  #begin(name: string): void {
    this.#running[name] = (this.#running[name] ?? 0) + 1;
    this.most[name] = Math.max(this.most[name] ?? 0, this.#running[name]);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
