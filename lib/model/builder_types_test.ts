/** The types of the builders: an expected error that does not come is itself an error of `deno check`. */
import { assertEquals } from "@std/assert";
import { chain, constant, fn, type NodeRef, poisson, type Workload, workload } from "../mod.ts";

/** Compiled, and never called: some of it would run well. */
export function mustNotCompile(): void {
  const greet = fn("greet", { time: constant("1ms") });
  const hello = chain("hello", ({ call }) => void call(greet));

  // @ts-expect-error: a function has a name
  fn();
  // @ts-expect-error: no such option
  fn("f", { tiemout: "5s" });
  fn("f", { time: "5ms" });
  // @ts-expect-error: a run time is a duration or a distribution
  fn("f", { time: { kind: "constant", seconds: 5 } });
  // @ts-expect-error: a URL is a text
  fn("f", { url: new URL("https://example.com") });
  // @ts-expect-error: the variable may be unset
  fn("f", { url: Deno.env.get("URL") });
  // @ts-expect-error: no such method
  fn("f", { method: "FETCH" });
  // @ts-expect-error: no such cause
  fn("f", { retry: { on: ["bad-luck"] } });
  // @ts-expect-error: only these two
  fn("f", { accepts: 200 });
  // @ts-expect-error: an audience is named
  fn("f", { url: "https://example.com", auth: { google: {} } });

  // @ts-expect-error: a chain has nodes
  chain("c");
  // @ts-expect-error: a function, a chain or its name is called
  chain("c", ({ call }) => void call(() => 7));
  // @ts-expect-error: nodes come before, or their names
  chain("c", ({ call }) => void call(greet, { after: 7 }));
  // @ts-expect-error: a function is no node, though it has a name
  chain("c", ({ call }) => void call(greet, { after: greet }));
  // @ts-expect-error: a chain is no node either
  chain("c", ({ call }) => void call(greet, { after: [hello] }));
  // @ts-expect-error: no such option
  chain("c", ({ call }) => void call(greet, { afetr: [] }));
  // @ts-expect-error: conditions are expressions in texts, as they cross the queue
  chain("c", ({ call }) => void call(greet, { when: () => true }));
  // @ts-expect-error: arguments are JSON
  chain("c", ({ call }) => void call(greet, { args: { at: new Date() } }));
  // @ts-expect-error: no such option of a chain
  chain("c", ({ call }) => void call(greet), { outptu: "x" });

  // @ts-expect-error: a list of chains
  workload({ chains: hello });
  // @ts-expect-error: an entry names its chain
  workload({ chains: [{ weight: 2 }] });
  // @ts-expect-error: a deadline has a unit here
  workload({ chains: [{ chain: hello, deadlineMs: 5 }] });
  // @ts-expect-error: labels are texts
  workload({ chains: [{ chain: hello, labels: { tenant: 7 } }] });
  // @ts-expect-error: arrivals are made by poisson(), burst(), every() or trace()
  workload({ chains: [{ chain: hello }], arrivals: 5 });
  // @ts-expect-error: no such option
  workload({ chains: [{ chain: hello }], arivals: poisson(5) });

  const made: Workload = workload({ chains: [{ chain: hello }] });
  // @ts-expect-error: what was made stays as it is
  made.chains = [];
  // @ts-expect-error: what was made stays as it is
  hello.name = "other";
}

/** Compiled as well: what the builders take. */
export function mustCompile(): Workload {
  const greet = fn("greet", { time: constant("1ms"), retry: { on: ["timeout"] }, headers: { a: "b" } });
  const inner = chain("inner", ({ call }) => void call(greet));
  const hello = chain("hello", ({ call }) => {
    const first: NodeRef = call(greet, { args: { words: ["a", 1, null] } });
    call(inner, { after: [first], name: "second", when: "true" });
  });
  return workload({
    chains: [{ chain: hello, deadline: "5s", labels: { tenant: "acme" } }],
    arrivals: poisson(5),
  });
}

Deno.test("the builders take what their types take", () => {
  assertEquals(mustCompile().chains[0]!.chain.nodes.map(({ name }) => name), ["greet", "second"]);
});
