import { assert } from "@std/assert";
import {
  type Chain,
  chain,
  fn,
  type Instance,
  instanceMaker,
  type Json,
  type NodeRecord,
  NULL,
  seededRandom,
  type WorkloadChain,
  writeJson,
} from "../../lib/model/mod.ts";
import type { Held, Result } from "../../lib/queue/mod.ts";

/** One node. */
export const single: Chain = chain("single", ({ call }) => void call(fn("only")));

/** Three nodes in a row. */
export const line: Chain = chain("line", ({ call }) => {
  const a = call(fn("first"));
  const b = call(fn("second"), { after: a, args: { name: "Ünïcode 🌲", nested: [1, { z: 1, a: 2 }] } });
  call(fn("third"), { after: b });
});

const convert = chain("convert", ({ call }) => {
  call(fn("render"), {
    map: "args.pages",
    concurrency: 3,
    args: { page: "{% item %}" },
    onFailure: "continue",
  });
}, { output: "{% $count(inputs.render) %}" });

/** A chain that decides all that a chain can, and calls another twice. */
export const decided: Chain = chain("decided", ({ call, onFailed }) => {
  const list = call(fn("list", { retry: { jitter: false, on: ["timeout"] } }));
  const few = call(convert, {
    after: list,
    when: "inputs.list.pages < 10",
    args: { pages: "{% inputs.list %}" },
  });
  const many = call(convert, { after: list, name: "many", when: "inputs.list.pages >= 10" });
  call(fn("publish"), { after: [few, many], join: "settled" });
  onFailed(fn("undo"), { args: { done: "{% inputs %}" } });
}, { output: "{% inputs.publish %}", timeLimit: "1h", ttl: "5m" });

const SUBMITTED_AT_MS = Date.UTC(2026, 0, 1);

/** Makes `count` instances of a chain, submitted a millisecond after each other, with ids of their own. */
export function instances(
  count: number,
  entry: Chain | WorkloadChain = single,
  seed = "samples",
): Instance[] {
  const make = instanceMaker(seededRandom(seed));
  const of = "nodes" in entry ? { chain: entry } : entry;
  return Array.from({ length: count }, (_, i) => make(of, SUBMITTED_AT_MS + i));
}

/** A retried instance without the instants of its retries, as `contract_retried.ts` looks at them. */
export function asSubmitted(instance: Instance): Instance {
  const { retriedAtMs, ...rest } = instance;
  assert(retriedAtMs !== undefined, "it was retried");
  return rest;
}

/** A settled node. */
export function record(node: number, answer: Json = null, state: NodeRecord["state"] = "ok"): NodeRecord {
  return {
    node,
    state,
    attempts: 1,
    output: writeJson(answer),
    ...(state === "failed" ? { reason: "it did not work" } : {}),
  };
}

/** A settled item of a map. */
export function itemRecord(
  node: number,
  item: number,
  answer: Json = null,
  state: NodeRecord["state"] = "ok",
): NodeRecord {
  return { ...record(node, answer, state), item };
}

/** An end, at a time within every queue's `keep`. */
export function result(instanceId: string, endedAtMs: number, rest: Partial<Result> = {}): Result {
  return { instanceId, outcome: "completed", records: [record(0)], endedAtMs, output: NULL, ...rest };
}

/** Instances that a consumer holds, under whichever claim. */
export function held(...ids: readonly string[]): Held[] {
  return ids.map((instanceId) => ({ instanceId }));
}

/** The ids of claims, instances or views. */
export function ids(list: readonly (Instance | { readonly instance: Instance })[]): string[] {
  return list.map((item) => "instance" in item ? item.instance.id : item.id);
}
