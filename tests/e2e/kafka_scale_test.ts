/** Consumers of a queue on Kafka that come and go under load: they keep to the limit together, and use all of it. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { Fleet, type Life } from "./fleet.ts";
import { comesTrue, pause, type RecordedCall, serveRecorded } from "./recorded_calls.ts";
import { folder, run } from "./sequoia.ts";

/** Of all consumers together. */
const LIMIT = 40;
/** How long functions run, in milliseconds. */
const [SHORTEST_MS, LONGEST_MS] = [100, 200];
/** What consumers may take until they keep to their new parts, in milliseconds. */
const HANDOVER_MS = 2000;
/** How long their number stays, beside the hand-over, in milliseconds. */
const STEADY_MS = 1500;
/** Calls a second if the limit is used in full. */
const FULL_PER_S = LIMIT / ((SHORTEST_MS + LONGEST_MS) / 2 / 1000);
/** More than can be run meanwhile, on a slow machine too: nobody is to be without work. */
const INSTANCES = 20_000;
const SEED = Deno.env.get("SEED") ?? String(Date.now());

const WORKLOAD = `import { chain, fn } from "sequoia";
const f = fn("f");
export default chain("two", ({ call }) => {
  call(f, { name: "second", after: call(f, { name: "first" }) });
});`;

/** A time in which nobody came or went. */
interface Phase {
  readonly consumers: readonly Life[];
  readonly fromMs: number;
  readonly toMs: number;
}

kafkaTest(
  `kafka: one to four consumers and back keep to their limit, and use it (SEED=${SEED})`,
  async (t) => {
    const random = seededRandom(SEED);
    await using broker = await startBroker();
    await using functions = serveRecorded(() => SHORTEST_MS + random.next() * (LONGEST_MS - SHORTEST_MS));
    await using at = await folder({ "two.ts": WORKLOAD });
    const queue = `kafka://${broker.address}?partitions=12`;
    const { code, stderr } = await run(
      ["produce", "two.ts", "--burst", String(INSTANCES), "--queue", queue],
      at,
    );
    assertEquals(code, 0, stderr);
    await using fleet = new Fleet({ queue, cwd: at.cwd, functions, limit: LIMIT });
    const phases: Phase[] = [];
    const changes: { readonly fromMs: number; readonly toMs: number }[] = [];
    const steady = async (changedMs: number, doneMs: number) => {
      changes.push({ fromMs: changedMs, toMs: doneMs + HANDOVER_MS });
      await pause(doneMs + HANDOVER_MS - performance.now());
      const fromMs = performance.now();
      await pause(STEADY_MS);
      phases.push({ consumers: fleet.alive, fromMs, toMs: performance.now() });
    };
    for (let count = 1; count <= 4; count++) {
      const life = await fleet.start();
      await comesTrue(
        () => functions.calls.some(({ by }) => by === life.name),
        `${life.name} calls functions`,
      );
      await steady(life.bornMs, performance.now());
    }
    for (const life of fleet.alive.slice(0, 3)) {
      const left = fleet.leave(life);
      const changedMs = performance.now();
      assertEquals((await left).code, 0, life.process.stderr);
      await steady(changedMs, changedMs);
    }
    await fleet.leave(fleet.alive[0]!);

    const { calls } = functions;
    assertEquals(new Set(calls.map(({ key }) => key)).size, calls.length, "nothing was called twice");
    for (const { fromMs, toMs, most } of excesses(calls)) {
      const words = `${most} in flight at ${fromMs.toFixed()}-${toMs.toFixed()} ms; changes: ${
        JSON.stringify(changes)
      }`;
      assert(changes.some((change) => fromMs >= change.fromMs && toMs <= change.toMs), words);
      assert(toMs - fromMs <= HANDOVER_MS, words);
    }
    const rates = phases.map(({ fromMs, toMs, consumers }) => {
      const ended = calls.filter(({ endMs }) => endMs >= fromMs && endMs < toMs);
      for (const { name } of consumers) assert(ended.some(({ by }) => by === name), `${name} works`);
      return ended.length / ((toMs - fromMs) / 1000);
    });
    const overMs = excesses(calls).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    await t.step(
      `${
        rates.map(Math.round).join(", ")
      } calls/s of ${FULL_PER_S.toFixed()}; over the limit for ${overMs.toFixed()} ms`,
      () => {},
    );
    for (const rate of rates) {
      assert(
        rate > 0.6 * FULL_PER_S && rate < 1.1 * FULL_PER_S,
        `${rates} calls/s, not about ${FULL_PER_S}`,
      );
    }
  },
);

/** When more than the limit was in flight, and how much at most. */
function excesses(calls: readonly RecordedCall[]): { fromMs: number; toMs: number; most: number }[] {
  const steps = calls.flatMap(({ startMs, endMs }) => [[startMs, 1], [endMs, -1]] as const)
    .toSorted(([a, up], [b, down]) => a - b || up - down);
  const found: { fromMs: number; toMs: number; most: number }[] = [];
  let inFlight = 0;
  for (const [atMs, step] of steps) {
    const wasOver = inFlight > LIMIT;
    inFlight += step;
    if (inFlight > LIMIT && !wasOver) found.push({ fromMs: atMs, toMs: atMs, most: inFlight });
    if (inFlight > LIMIT || wasOver) {
      const last = found.at(-1)!;
      last.toMs = atMs;
      last.most = Math.max(last.most, inFlight);
    }
  }
  return found;
}
