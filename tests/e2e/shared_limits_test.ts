/** Consumers of one file as real processes, which divide a limit and a rate: judged by what the functions saw. */
import { assert, assertEquals } from "@std/assert";
import { Fleet } from "./fleet.ts";
import { comesTrue, type RecordedCall, serveRecorded } from "./recorded_calls.ts";
import { folder, run, runJson } from "./sequoia.ts";

const LIMIT = 12;
const QUEUE = "sqlite:queue.db";
const ONE = `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => void call(fn("f")));`;

/** Waits until some consumers have made calls from now on, and as many are in flight at once as the limit says. */
async function allWork(fleet: Fleet, calls: readonly RecordedCall[]): Promise<void> {
  const from = calls.length;
  const makers = () => new Set(calls.slice(from).map(({ by }) => by));
  const names = fleet.alive.map(({ name }) => name);
  await comesTrue(() => names.every((name) => makers().has(name)), `${names} make calls`);
  const inFlight = () => calls.filter(({ by, endMs }) => endMs === Infinity && names.includes(by)).length;
  await comesTrue(() => inFlight() === LIMIT, `${LIMIT} calls are in flight`);
}

/** The most that were in flight at once, without what a consumer had that was killed, from then on. */
function mostAtOnce(fleet: Fleet, calls: readonly RecordedCall[]): number {
  const killed = new Map(
    fleet.lives.filter(({ wasKilled }) => wasKilled).map((life) => [life.name, life.endedMs]),
  );
  const changes = calls.flatMap(({ by, startMs, endMs }) => [
    [startMs, 1] as const,
    [Math.min(endMs, killed.get(by) ?? Infinity), -1] as const,
  ]).sort(([a, down], [b, up]) => a - b || down - up);
  let running = 0;
  return changes.reduce((most, [, change]) => Math.max(most, running += change), 0);
}

Deno.test("sequoia consume keeps with the other consumers of a file to one limit, though one is killed, one leaves and one joins", async () => {
  await using functions = serveRecorded(() => 60);
  await using at = await folder({ "one.ts": ONE });
  await run(["produce", "one.ts", "--burst", "4000", "--queue", QUEUE, "--out", "none"], at);
  await using fleet = new Fleet({ queue: QUEUE, cwd: at.cwd, functions, limit: LIMIT });
  const { calls } = functions;
  const first = await fleet.start();
  await allWork(fleet, calls);
  const [second] = await Promise.all([fleet.start(), fleet.start()]);
  await allWork(fleet, calls);
  await fleet.kill(first);
  await first.process.ended;
  await allWork(fleet, calls);
  await fleet.start();
  await allWork(fleet, calls);
  assertEquals((await fleet.leave(second!)).code, 0, second!.process.stderr);
  await allWork(fleet, calls);
  for (const life of fleet.alive) assertEquals((await fleet.leave(life)).code, 0, life.process.stderr);
  assertEquals(mostAtOnce(fleet, calls), LIMIT);
  const { failed } = await runJson(["queue", "status", "--queue", QUEUE], at) as { failed: number };
  assertEquals(failed, 0);
  const answered = calls.filter(({ endMs }) => endMs < Infinity).length;
  assert(calls.length - answered <= LIMIT, "nothing is in flight but what was at the one that was killed");
});

/** The rate, per second, and as many windows as are judged together. */
const RATE = 20, WINDOWS = 10;
/** Calls take to the function what the machine takes, some longer than others, in milliseconds. */
const TRAVEL_MS = 500;

Deno.test("sequoia consume starts with the other consumers of a file no more than a rate, though they take turns at a limit, one is killed and one joins", async () => {
  await using functions = serveRecorded(() => 20);
  await using at = await folder({ "one.ts": ONE });
  await run(["produce", "one.ts", "--burst", "2000", "--queue", QUEUE, "--out", "none"], at);
  await using fleet = new Fleet({ queue: QUEUE, cwd: at.cwd, functions, limit: "2,fixed", rate: `${RATE}` });
  const { calls } = functions;
  const [first] = [await fleet.start(), await fleet.start(), await fleet.start()];
  const haveCalled = (from: number) => {
    const makers = new Set(calls.slice(from).map(({ by }) => by));
    return fleet.alive.every(({ name }) => makers.has(name)) && calls.length >= from + WINDOWS * RATE;
  };
  await comesTrue(() => haveCalled(0), "all three make calls, in turn");
  await fleet.kill(first!);
  await first!.process.ended;
  await fleet.start();
  const joined = calls.length;
  await comesTrue(() => haveCalled(joined), "the one that has joined makes calls, too");
  for (const life of fleet.alive) assertEquals((await fleet.leave(life)).code, 0, life.process.stderr);
  const startsMs = calls.map(({ startMs }) => startMs).sort((a, b) => a - b);
  for (const [i, atMs] of startsMs.entries()) {
    const apartMs = atMs - (startsMs[i - WINDOWS * RATE] ?? -Infinity);
    assert(apartMs > WINDOWS * 1000 - TRAVEL_MS, `${WINDOWS * RATE + 1} calls within ${apartMs} ms`);
  }
});
