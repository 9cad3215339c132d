/** Queueing times of nodes that run again after a retry: none contains the time that the instance lay dead. */
import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { BROKEN, instanceOf } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, delayedUntil, fn } from "../model/mod.ts";

const DEAD_MS = 3_600_000;
/** The time that a retried instance waits in the queue before a consumer comes. */
const WAIT_MS = 5000;

const ship = fn("ship", { attempts: 1 }), pack = fn("pack"), undo = fn("undo");
const inner = chain("inner", ({ call }) => void call(ship));

/** Runs an instance of a chain whose first call of `ship` fails, and runs it again after an hour. @returns what ran then */
async function retried(of: Chain, from?: string) {
  const world = new World(({ instance, node }, nth) =>
    nth === 1 && instance.chain.nodes[node]!.fn.name === "ship"
      ? { runMs: 10, outcome: BROKEN }
      : { runMs: 10 }
  );
  await world.push(of, ["o1"]);
  await world.consume();
  assertEquals((await world.view("o1")).state, "failed");
  const before = world.log.attempts.length;
  await world.clock.pass(DEAD_MS);
  await world.queue.request({ kind: "retry", filter: {}, ...from !== undefined && { from } });
  await world.clock.pass(WAIT_MS);
  await world.consume();
  assertEquals((await world.view("o1")).state, "completed");
  return world.log.attempts.slice(before);
}

function assertWaited(queuedMs: number | undefined, waitedMs: number): void {
  assert(queuedMs !== undefined && queuedMs >= waitedMs && queuedMs < waitedMs + 100, `${queuedMs} ms`);
}

Deno.test("Consumer.run() counts what a retried instance waits from its retry on, not from its submission", async () => {
  const [again] = await retried(inner);
  assertWaited(again!.queuedMs, WAIT_MS);
});

Deno.test("Consumer.run() counts what a node waits that is begun again from its retry on", async () => {
  const line = chain("line", ({ call, onFailed }) => {
    call(ship, { after: call(pack) });
    onFailed(undo);
  });
  for (const from of [undefined, "pack"]) {
    const attempts = await retried(line, from);
    assertEquals(attempts.map(({ node, generation }) => [node, generation]), [["pack", 1], ["ship", 1]]);
    assertWaited(attempts[0]!.queuedMs, WAIT_MS);
    assertWaited(attempts[1]!.queuedMs, 0);
  }
});

Deno.test("Consumer.run() counts what a called instance waits from the retry of its caller on", async () => {
  const [again] = await retried(chain("outer", ({ call }) => void call(inner)));
  assertEquals([again!.instance, again!.generation], ["o1/inner", undefined]);
  assertWaited(again!.queuedMs, WAIT_MS);
});

Deno.test("Consumer.run() counts what a delayed instance waits from when it is due, if it was retried before", async () => {
  const world = new World();
  const dueAtMs = world.clock.wallMs() + DEAD_MS;
  await world.queue.push([
    delayedUntil(instanceOf(inner, "o1", { submittedAtMs: world.clock.wallMs() }), dueAtMs),
  ]);
  await world.queue.request({ kind: "cancel", filter: {} });
  await world.queue.request({ kind: "retry", filter: {} });
  for (const ms of [DEAD_MS, WAIT_MS]) await world.clock.pass(ms);
  await world.consume();
  assertWaited(world.log.attempts[0]!.queuedMs, WAIT_MS);
});
