import { assertEquals } from "@std/assert";
import { chain, fn, type Instance, KEPT_RETRIES, type NodeRecord } from "../model/mod.ts";
import { type EndOf, retryOf } from "./retried.ts";

/** A node a, then b, then c and d; of those before c and d, one may fail. */
const of = (onFailure: "fail" | "skip" | "continue") =>
  chain("c", ({ call }) => {
    const a = call(fn("a")), b = call(fn("b"), { after: a, onFailure });
    call(fn("c"), { after: b, join: "settled" });
    call(fn("d"), { after: a });
  });

/** The kept nodes, and those with a new generation, after these ends of nodes: `ok`, `failed`, … or `-` for not at all. */
function retried(onFailure: "fail" | "skip" | "continue", ends: string, from?: string): [string, string] {
  const progress = ends.split(" ").flatMap((state, node): EndOf[] =>
    state === "-" ? [] : [{ node, state: state as NodeRecord["state"] }]
  );
  const instance: Pick<Instance, "chain" | "generations"> = { chain: of(onFailure) };
  const { instance: { chain: { nodes }, generations = [] }, isForgotten } = retryOf(
    instance,
    progress,
    { atMs: 0, from },
  )!;
  const names = (nodesOf: readonly number[]) => nodesOf.map((node) => nodes[node]!.name).join("");
  const kept = progress.filter((record) => !isForgotten(record)).map(({ node }) => node);
  return [names(kept), names([...generations.keys()].filter((node) => generations[node] === 1))];
}

for (
  const [onFailure, ends, kept, again] of [
    ["fail", "ok failed - ok", "ad", ""],
    ["fail", "failed - - -", "", ""],
    ["fail", "ok ok failed ok", "abd", ""],
    ["skip", "ok failed skipped failed", "a", "c"],
    ["skip", "ok skipped skipped failed", "abc", ""],
    ["continue", "ok failed ok failed", "a", "c"],
    ["continue", "ok failed - failed", "a", "c"], // it may have been called
    ["continue", "ok started ok failed", "a", "c"],
    ["continue", "ok - ok failed", "a", "c"],
    ["continue", "failed - - -", "", ""],
    ["fail", "ok failed skipped failed", "a", ""], // it was not called
  ] as const
) {
  Deno.test(`retryOf() of "${ends}" keeps "${kept}" and begins "${again}" again, if onFailure is "${onFailure}"`, () => {
    assertEquals(retried(onFailure, ends), [kept, again]);
  });
}

Deno.test("retryOf() begins again what has gone on after a map of which an item has failed", () => {
  const progress: EndOf[] = [{ node: 0, state: "ok" }, { node: 1, item: 3, state: "failed" }];
  assertEquals(retryOf({ chain: of("skip") }, progress, { atMs: 0 })!.nodes, new Set([2]));
  assertEquals(retryOf({ chain: of("fail") }, progress, { atMs: 0 })!.nodes, new Set());
});

Deno.test("retryOf() from a node also begins again what has gone on elsewhere", () => {
  assertEquals(retried("continue", "ok failed ok ok", "d"), ["a", "cd"]);
  assertEquals(retried("fail", "ok ok ok ok", "b"), ["ad", "bc"]);
});

Deno.test("retryOf() notes when the instance was retried, the last times only", () => {
  let instance: Pick<Instance, "chain" | "retriedAtMs"> = { chain: of("fail") };
  for (let atMs = 0; atMs < KEPT_RETRIES + 5; atMs++) instance = retryOf(instance, [], { atMs })!.instance;
  assertEquals(instance.retriedAtMs, Array.from({ length: KEPT_RETRIES }, (_, i) => i + 5));
});
