import { assertEquals } from "@std/assert";
import { asWorkload, chain, fn, realClock, workload } from "../model/mod.ts";
import { memoryQueue } from "../queue/mod.ts";
import { deployWorkload, needsOf } from "./mod.ts";

const called = fn("called", { url: "https://example.com/", headers: { "X-Key": "env:KEY", Accept: "a/b" } });
const inner = chain("inner", ({ call }) => void call(fn("body", { run: () => 1 })));
const outer = chain("outer", ({ call }) => {
  call(called);
  call(fn("other", { url: "https://example.com/", headers: { authorization: "Bearer file:/run/token" } }));
  call(inner);
  call(fn("model"));
});

Deno.test("needsOf() names what has to be served, what is modelled and which secrets consumers need", () => {
  assertEquals(needsOf(workload({ chains: [{ chain: outer }, { chain: inner, share: 0 }] })), {
    served: ["body"],
    modelled: ["model"],
    secrets: ["env:KEY", "file:/run/token"],
  });
});

Deno.test("deployWorkload() says of each chain whether it is new, has changed or stays", async () => {
  await using queue = memoryQueue({ clock: realClock });
  const outcomes = async (priority: number) => {
    const entries = [{ chain: outer, priority }, { chain: inner, share: 0 }];
    const { deployments } = await deployWorkload(queue, asWorkload({ chains: entries }), 1);
    return deployments.map(({ name, outcome }) => `${name} ${outcome}`);
  };
  assertEquals(await outcomes(1), ["outer new", "inner new"]);
  assertEquals(await outcomes(1), ["outer unchanged", "inner unchanged"]);
  assertEquals(await outcomes(2), ["outer changed", "inner unchanged"]);
});
