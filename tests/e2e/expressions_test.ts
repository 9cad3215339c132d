/** Expressions in the real command line, judged by what functions were called with. */
import { assert, assertEquals } from "@std/assert";
import { EVALUATOR } from "../../lib/expression/mod.ts";
import { HOSTILE } from "../../lib/expression/hostile.ts";
import { chosen } from "../lanes.ts";
import { folder, ROOT, run, runJson, Running } from "./sequoia.ts";

interface Event {
  readonly id: string;
  readonly attempt: number;
  readonly args: Record<string, unknown>;
}

/** Functions that note their calls, and answer as a test says. */
function functions(answer: (name: string, event: Event) => Response) {
  const calls: Event[] = [];
  let told = () => {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const event = await request.json() as Event;
    calls.push(event);
    told();
    return answer(new URL(request.url).pathname.slice(1), event);
  });
  return {
    calls,
    url: `http://127.0.0.1:${server.addr.port}`,
    /** Resolves when keys with this beginning were called this number of times. */
    async until(start: string, times: number): Promise<void> {
      while (calls.filter(({ id }) => id.startsWith(start)).length < times) {
        await new Promise<void>((resolve) => told = resolve);
      }
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const DECIDING = (url: string) =>
  `import { chain, fn } from "sequoia";
const list = fn("list", { url: "${url}/list" }), work = fn("work", { url: "${url}/work" });
const pay = fn("pay", { url: "${url}/pay", retry: { firstDelay: "10ms" } });
export default [
  chain("shuffled", ({ call }) => {
    call(work, { after: call(list), map: "$shuffle(inputs.list)", concurrency: 1 });
  }, { output: "{% inputs.work %}" }),
  chain("stamped", ({ call }) => {
    call(pay, { args: {
      ref: "{% $string($millis()) & '-' & $string($random()) %}",
      both: ["{% $random() %}", "{% $random() %}", "{% $now() %}"],
    } });
  }),
];`;

Deno.test("an idempotency key comes with one body, for all attempts and after a crash", async () => {
  const ITEMS = 40;
  await using called = functions((name, { attempt, args }) => {
    if (name === "list") return Response.json(Array.from({ length: ITEMS }, (_, i) => i));
    if (name === "work") return Response.json(args.item);
    return attempt < 3 ? new Response(null, { status: 500 }) : Response.json("paid");
  });
  await using at = await folder({ "w.ts": DECIDING(called.url) });
  const queue = ["--queue", "sqlite:q.db?lease=2s"];
  await run(["produce", "w.ts", "--chain", "shuffled", "--id", "s1", ...queue], at);
  await run(["produce", "w.ts", "--chain", "stamped", "--id", "p1", ...queue], at);
  {
    await using consumer = new Running(["consume", "--out", "none", ...queue], at);
    await called.until("s1/work/", 8);
    consumer.signal("SIGKILL");
  }
  await run(["consume", "--until-empty", "--out", "none", ...queue], at);
  const { output } = await runJson(["queue", "show", "s1", ...queue], at) as { output: number[] };
  assertEquals(output.toSorted((a, b) => a - b), Array.from({ length: ITEMS }, (_, i) => i));
  const bodies = new Map<string, Set<string>>();
  for (const { id, args } of called.calls) {
    bodies.set(id, (bodies.get(id) ?? new Set()).add(JSON.stringify(args)));
  }
  assertEquals([...bodies].filter(([, texts]) => texts.size > 1), []);
  const { both } = called.calls.find(({ id }) => id === "p1/pay")!.args as { both: unknown[] };
  assert(both[0] !== both[1], "chance differs from template to template");
});

Deno.test("the program is an evaluator of expressions, when a process of it starts one", async () => {
  const { code, stdout } = await run([EVALUATOR], { cwd: ROOT });
  assertEquals([code, stdout.slice(-5)], [0, "ready"]);
});

const INNOCENT = 120;

const HOSTILE_WORKLOAD = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}/f" });
export default [
  chain("innocent", ({ call }) => {
    const first = call(f, { name: "first", when: "$sum($map([1..10], function($i) { $i })) = 55" });
    call(f, { name: "second", after: first, when: "inputs.first > 1", args: { n: "{% inputs.first + 1 %}" } });
  }, { output: "{% inputs.second %}" }),
  chain("hostile", ({ call }) => {
    call(f, { when: "$eval(args.texts[$number($substringAfter($$.instance.id, 'h'))])" });
  }),
];`;

Deno.test("expressions that use too much fail their nodes, and no other chain notices", async () => {
  await using called = functions(() => Response.json(2));
  const { time, ...others } = HOSTILE; // those that take all the time there is come last, so that somebody could wait
  const texts = [...chosen(Object.values(others).map((texts) => texts.at(-1)!)), ...time!];
  const list = Array.from({ length: 2000 }, (_, n) => ({ n }));
  const files = { "w.ts": HOSTILE_WORKLOAD(called.url), "args.json": JSON.stringify({ texts, list }) };
  await using at = await folder(files);
  const produce = async (name: string, count: number, ...options: string[]) => {
    const ids = `{% '${name[0]}' & index %}`;
    const load = ["--chain", name, "--burst", String(count), "--id-from", ids, ...options];
    const { code, stderr } = await run(["produce", "w.ts", ...load], at);
    assertEquals(code, 0, stderr);
  };
  await produce("hostile", texts.length, "--args", "args.json");
  await produce("innocent", INNOCENT);
  await run(["consume", "--until-empty", "--out", "none"], at);
  type View = { id: string; state: string; reason?: string; endedAtMs: number };
  const listed = await run(["queue", "list", "--count", "1000", "--json"], at);
  const views = listed.stdout.trim().split("\n").map((line) => JSON.parse(line) as View);
  const failed = views.filter(({ state }) => state === "failed");
  assertEquals(failed.length, texts.length);
  for (const { reason } of failed) {
    assert(/^node f: expression-(timeout|size|depth|memory): when: /.test(reason!), reason);
  }
  const completed = views.filter(({ state }) => state === "completed");
  assertEquals(completed.length, INNOCENT);
  assertEquals(called.calls.map(({ id }) => id).toSorted(), innocentKeys().toSorted());
  const last = (all: readonly View[]) => Math.max(...all.map(({ endedAtMs }) => endedAtMs));
  assert(last(completed) < last(failed), "they did not wait for the others");
});

function innocentKeys(): string[] {
  return Array.from({ length: INNOCENT }, (_, i) => [`i${i}/first`, `i${i}/second`]).flat();
}
