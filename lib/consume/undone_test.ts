/** Undone work is never taken for done: retries, crashes and cancellations of chains that undo what they did. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { type Running, World } from "../../tests/programs/world.ts";
import { BROKEN, SHAKY, THROTTLED } from "../../tests/scheduler/builders.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import {
  type Chain,
  chain,
  type ChainBuilder,
  fn,
  isObject,
  type Json,
  type Outcome,
  readJson,
  seededRandom,
  writeJson,
} from "../model/mod.ts";
import { type Call, idempotencyKey } from "../platform/mod.ts";
import type { InstanceView } from "../queue/mod.ts";

const reserve = fn("reserve"), charge = fn("charge"), ship = fn("ship", { attempts: 1 }), undo = fn("undo");

/** Functions that remember their answers by the idempotency key, and what of their effects stands. */
class Ledger {
  /** The keys of the effects that stand. */
  readonly standing = new Set<string>();
  readonly #answered = new Map<string, Json>();

  /** Does what is called, or answers from memory. What undoes takes back what its inputs name. */
  do(call: Call): Outcome {
    const key = idempotencyKey(call);
    if (!this.#answered.has(key)) {
      if (call.node === call.instance.chain.onFailed) {
        for (const done of Object.values(call.inputs).flatMap((text) => keysIn(readJson(text)))) {
          this.standing.delete(done);
        }
      } else {
        for (const before of Object.values(call.inputs).flatMap((text) => keysIn(readJson(text)))) {
          assert(this.standing.has(before), `${key}: ${before} stands`);
        }
        this.standing.add(key);
      }
      this.#answered.set(key, key);
    }
    return { kind: "ok", output: writeJson(this.#answered.get(key)!) };
  }
}

/** All texts in a value. */
function keysIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return isObject(value) ? Object.values(value).flatMap((part) => keysIn(part as Json)) : [];
}

/** The outputs of all nodes, by name: what undoes has to know them. */
const ALL = { output: "{% inputs %}" };

const order = chain("order", ({ call, onFailed }) => {
  const charged = call(charge, { after: call(reserve) });
  call(ship, { after: charged });
  onFailed(undo);
}, ALL);

/** The keys under which a world's functions were called. */
function keysOf(calls: readonly Call[]): string[] {
  return calls.map((call) => idempotencyKey(call));
}

/** A world whose functions keep a ledger, and that notes the calls. @param broken how a call fails, if it does */
function ledgerWorld(broken: (call: Call, nth: number) => Outcome | undefined, runMs = () => 10) {
  const ledger = new Ledger();
  const calls: Call[] = [];
  const script: Script = (call, nth) => {
    calls.push(call);
    return { runMs: runMs(), outcome: broken(call, nth) ?? ledger.do(call) };
  };
  return { world: new World(script), ledger, calls };
}

const nameOf = ({ instance, node }: Call) => instance.chain.nodes[node]!.name;

Deno.test("Consumer.run() does everything again, under new keys, of what had been undone and is retried", async () => {
  const { world, ledger, calls } = ledgerWorld((call, nth) =>
    nameOf(call) === "ship" && nth === 1 ? BROKEN : undefined
  );
  await world.push(order, ["o1"]);
  await world.consume();
  assertEquals([...ledger.standing], []);
  await world.queue.request({ kind: "retry", filter: {} });
  await world.consume();
  assertEquals((await world.view("o1")).state, "completed");
  assertEquals([...ledger.standing], ["o1/reserve~1", "o1/charge~1", "o1/ship~1"]);
  assertEquals(keysOf(calls).slice(0, 4), ["o1/reserve", "o1/charge", "o1/ship", "o1/undo"]);
  assertEquals(world.log.attempts.map(({ generation }) => generation ?? 0), [0, 0, 0, 0, 1, 1, 1]);
});

Deno.test("Consumer.run() goes on under the old key with what had failed and was not undone", async () => {
  const line = chain("line", ({ call }) => void call(ship, { after: call(reserve) }));
  const { world, calls } = ledgerWorld((call, nth) =>
    nameOf(call) === "ship" && nth === 1 ? BROKEN : undefined
  );
  await world.push(line, ["o1"]);
  await world.consume();
  await world.queue.request({ kind: "retry", filter: {} });
  await world.consume();
  await world.queue.request({ kind: "retry", filter: {}, from: "ship" });
  await world.consume();
  assertEquals(keysOf(calls), ["o1/reserve", "o1/ship", "o1/ship", "o1/ship~1"]);
});

Deno.test("Consumer.run() calls a chain again, under another id, from a node that is begun again", async () => {
  const inner = chain("inner", ({ call }) => void call(reserve, { map: "args.items" }));
  const outer = chain("outer", ({ call, onFailed }) => {
    call(ship, { after: call(inner, { args: { items: [1, 2] } }) });
    onFailed(undo);
  });
  const { world, calls } = ledgerWorld((call, nth) => {
    return nameOf(call) === "ship" && nth === 1 ? BROKEN : undefined;
  });
  await world.push(outer, ["o1"]);
  await world.consume();
  await world.queue.request({ kind: "retry", filter: {} });
  await world.consume();
  assertEquals(keysOf(calls), [
    ...["o1/inner/reserve/0", "o1/inner/reserve/1", "o1/ship", "o1/undo"],
    ...["o1/inner~1/reserve/0", "o1/inner~1/reserve/1", "o1/ship~1"],
  ]);
  const ids = await Array.fromAsync(world.queue.list({}), ({ instance: { id } }) => id);
  assertEquals(ids, ["o1", "o1/inner~1"]);
});

Deno.test("Consumer.run() starts nothing but what undoes after a crash while that was running", async () => {
  const of = chain("c", ({ call, onFailed }: ChainBuilder) => {
    const items = call(charge, { after: call(reserve), map: "[1, 2]" });
    call(ship, { after: items });
    onFailed(undo, { args: { why: "{% reason %}" } });
  });
  const { world, calls } = ledgerWorld(({ item }) => item === 1 ? BROKEN : undefined, () => 100);
  await world.push(of, ["a"]);
  const dying = world.start();
  await world.clock.pass(250); // it undoes since 200
  assertEquals((await world.nodes("a")).undo, "started");
  world.kill(dying);
  await world.consume();
  assertEquals(keysOf(calls), ["a/reserve", "a/charge/0", "a/charge/1", "a/undo", "a/undo"]);
  assertEquals(calls[4]!.args, calls[3]!.args, "one key goes with one body");
  assertEquals(calls[4]!.inputs, calls[3]!.inputs);
  const { state, reason } = await world.view("a");
  assertEquals([state, reason], ["failed", "node charge: item 1: it broke"]);
});

Deno.test("Consumer.run() undoes what is cancelled, though what undoes was refused before its consumers died", async () => {
  let isRefused = true;
  const { world, ledger, calls } = ledgerWorld((call) => {
    if (nameOf(call) === "undo" && isRefused) return { ...THROTTLED, retryAfterMs: 10_000 };
    return nameOf(call) === "ship" && world.clock.nowMs() % 60_000 < 1000 ? BROKEN : undefined;
  });
  await world.push(order, ["a"]);
  const dying = world.start();
  await world.clock.pass(2000);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a"] } });
  world.kill(dying);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a"] } });
  const next = world.start();
  await world.clock.pass(2000);
  assertEquals((await world.nodes("a")).undo, "cancelled", "its start was taken back");
  world.kill(next);
  assertEquals((await world.view("a")).state, "queued", "it has yet to be undone");
  isRefused = false;
  await world.consume();
  assertEquals((await world.view("a")).state, "cancelled");
  assertEquals(keysOf(calls), ["a/reserve", "a/charge", "a/ship", "a/undo", "a/undo", "a/undo"]);
  assertEquals([...ledger.standing], []);
});

const node = fc.record({
  after: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }), // how far back
  calls: fc.boolean(), // a chain that undoes too, or a function
});

const scene = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: 5 }),
  count: fc.integer({ min: 1, max: 4 }),
  failing: fc.constantFrom(0.1, 0.3),
  limit: fc.integer({ min: 1, max: 4 }),
  rounds: fc.array(
    fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 90 }), how: fc.constantFrom("kill", "cancel", "stop") }),
      { maxLength: 4 },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  seed: fc.string({ maxLength: 5 }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function chainOf({ nodes }: Scene): Chain {
  return chain("outer", ({ call, onFailed }) => {
    nodes.forEach(({ after, calls }, i) => {
      const before = [...new Set(after)].map((back) => i - 1 - back).filter((b) => b >= 0);
      const name = `n${i}`;
      call(calls ? inner(`inner${i}`) : fn(name), { name, after: before.map((b) => `n${b}`) });
    });
    onFailed(undo);
  }, ALL);
}

function inner(name: string): Chain {
  return chain(name, ({ call, onFailed }) => {
    call(fn(`${name}_b`), { name: "b", after: call(fn(`${name}_a`), { name: "a" }) });
    onFailed(undo);
  }, ALL);
}

async function play(scene: Scene): Promise<void> {
  const random = seededRandom(scene.seed);
  let failing: number = scene.failing;
  const outcomes = [BROKEN, SHAKY, THROTTLED];
  const { world, ledger } = ledgerWorld(
    () => random.next() < failing ? outcomes[Math.floor(random.next() * 3)] : undefined,
    () => Math.floor(random.next() * 40),
  );
  const ids = Array.from({ length: scene.count }, (_, i) => `o${i}`);
  await world.push(chainOf(scene), ids);
  const start = () => world.start({ limits: { global: scene.limit } });
  for (const blows of scene.rounds) {
    let running = start();
    for (const { afterMs, how } of blows) {
      await world.clock.pass(afterMs);
      if (how === "cancel") {
        const id = ids[Math.floor(random.next() * ids.length)]!;
        await world.queue.request({ kind: "cancel", filter: { ids: [id] }, abort: random.next() < 0.5 });
      } else running = await replaced(world, running, how, start);
    }
    running.drain.abort();
    await world.end(running);
    await running.queue[Symbol.asyncDispose]();
    await world.consume({ limits: { global: scene.limit } });
    for await (const view of world.queue.list({})) assertUndone(view);
    await world.queue.request({ kind: "retry", filter: {} });
  }
  failing = 0;
  await world.consume();
  await world.queue.request({ kind: "retry", filter: {} });
  await world.consume();
  for (const id of ids) {
    const { state, output = null } = await world.view(id);
    assertEquals(state, "completed", id);
    for (const key of keysIn(output)) assert(ledger.standing.has(key), `${key} stands`);
  }
}

/** An instance that has not completed, but has done something, has called the node that undoes. */
function assertUndone({ instance: { id, chain: { onFailed } }, state, progress }: InstanceView): void {
  const isDone = progress.some(({ node, state }) => node !== onFailed && state === "ok");
  if (state === "completed" || !isDone) return;
  const undoing = progress.find(({ node }) => node === onFailed);
  assert(undoing?.state === "ok" || undoing?.state === "failed", `${id} has ${state} and has been undone`);
}

async function replaced(world: World, running: Running, how: "kill" | "stop", start: () => Running) {
  if (how === "kill") world.kill(running);
  else {
    running.stop.abort();
    await world.end(running);
    await running.queue[Symbol.asyncDispose]();
  }
  return start();
}

Deno.test("whatever happens to chains that undo, what completes in the end stands, and what is passed on has not been undone", async () => {
  await fc.assert(fc.asyncProperty(scene, play), { numRuns: 300 });
});
