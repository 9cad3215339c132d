/** The policies that share, on the real clock, with more waiting than may run: shares are what the run log says. */
import { assert, assertEquals } from "@std/assert";
import { assertShares, inFlight, mostAtOnce, type Shares, type Start, startsOf } from "./policy_run.ts";

/** Chains a and b of one function each, which takes as long; b has three times the weight. */
const TWO = `const one = (name: string, weight: number) => ({
  chain: chain(name, ({ call }) => { call(fn(name, { time: constant("30ms") })); }), weight,
});
export default workload({ chains: [one("a", 1), one("b", 3)] });`;

const EIGHT = ["--limit", "8"];
const ofChain = ({ chain }: Start) => chain;

/** All of one chain, then all of the other: under fcfs the latter wait until the former have been started. */
function backlog(a: number, b: number): string[][] {
  return [["--chain", "a", "--burst", `${a}`], ["--chain", "b", "--burst", `${b}`]];
}

function shares(policy: readonly string[], produce: string[][], expected: Shares, workload = TWO): void {
  const words = `gives a ${expected.a} of ${expected.a! + expected.b!} parts`;
  Deno.test(`sequoia consume --policy ${policy.join(" ")} ${words}, as the run log shows`, async () => {
    const starts = await startsOf({ workload, produce, consume: ["--policy", ...policy, ...EIGHT] });
    assertShares(starts, ofChain, expected);
  });
}

shares(["fair-share"], backlog(90, 60), { a: 1, b: 3 });
shares(["weighted", "--weight", "a=1", "--weight", "b=1"], backlog(90, 60), { a: 1, b: 1 });
shares(["weighted", "--weight", "a=5"], backlog(90, 60), { a: 5, b: 3 });
shares(["fair-share-functions"], backlog(30, 90), { a: 1, b: 3 }); // a's and b's share is how many there are
shares(["fair-share-functions"], backlog(60, 60), { a: 1, b: 1 });
// 10 and 30 arrivals, all at the start; with few calls, the first ones' times, of a platform that begins, would decide
shares(["fair-share-arrivals", "--share", "calls"], backlog(10, 30), { a: 1, b: 3 });

Deno.test("sequoia consume --policy fair-share --by shares by label, as the run log shows", async () => {
  const starts = await startsOf({
    workload: TWO,
    produce: ["x", "y"].map((tenant) => ["--chain", "a", "--burst", "60", "--label", `tenant=${tenant}`]),
    consume: ["--policy", "fair-share", "--by", "tenant", ...EIGHT],
  });
  assertShares(starts, ({ labels }) => labels.tenant!, { x: 1, y: 1 });
});

/** Functions that take as long as their path says, and when each was called. */
function timedFunctions() {
  const calls: { readonly name: string; readonly atMs: number }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const [, name, ms] = new URL(request.url).pathname.split("/");
    await request.body?.cancel();
    calls.push({ name: name!, atMs: performance.now() });
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return Response.json(null);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("sequoia consume --policy fair-share gives chains of 5:1 as much of one slot, as their server says", async () => {
  await using server = timedFunctions();
  const one = (name: string, ms: number) =>
    `chain("${name}", ({ call }) => { call(fn("${name}", { url: "${server.url}/${name}/${ms}" })); })`;
  await startsOf({
    workload: `export default [${one("long", 300)}, ${one("short", 60)}];`,
    produce: [["--chain", "long", "--burst", "10"], ["--chain", "short", "--burst", "60"]],
    consume: ["--policy", "fair-share", "--limit", "1"],
  });
  const last = (of: string) => server.calls.findLastIndex(({ name }) => name === of);
  const until = Math.min(last("long"), last("short"));
  const heldMs = { long: 0, short: 0 }; // from each call to the next: there is one slot
  server.calls.slice(0, until).forEach(({ name, atMs }, i) => {
    heldMs[name as keyof typeof heldMs] += server.calls[i + 1]!.atMs - atMs;
  });
  const part = heldMs.long / (heldMs.long + heldMs.short);
  assert(0.4 < part && part < 0.6, `${part} of the time is the long ones', in turn it would be 0.83`);
});

/** The most calls of chain a in flight while b had work, which may run only one, and after that. */
async function beside(...args: readonly string[]): Promise<{ during: number; after: number }> {
  const policy = ["--policy", "weighted", "--weight", "a=1", "--weight", "b=1", ...args];
  const consume = [...policy, ...EIGHT, "--function-limit", "b=1"];
  const starts = await startsOf({ workload: TWO, produce: backlog(70, 6), consume });
  const a = starts.filter(({ chain }) => chain === "a"), b = starts.filter(({ chain }) => chain === "b");
  const endMs = Math.max(...b.map(({ startedAtMs }) => startedAtMs));
  assertEquals(mostAtOnce(b), 1);
  const during = a.filter(({ startedAtMs }) => b[0]!.startedAtMs < startedAtMs && startedAtMs < endMs);
  assert(during.length > 0);
  const mostOf = (some: readonly Start[]) => Math.max(...some.map((s) => inFlight(a, s.startedAtMs)));
  return { during: mostOf(during), after: mostOf(a.filter((start) => start.startedAtMs > endMs)) };
}

Deno.test("sequoia consume --strict-shares leaves idle what others do not use, as the run log shows", async () => {
  const [strict, lent] = await Promise.all([beside("--strict-shares"), beside()]);
  assertEquals(strict, { during: 4, after: 8 });
  assertEquals(lent.during, 7);
});
