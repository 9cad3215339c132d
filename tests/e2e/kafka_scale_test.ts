/** Consumers of a queue on Kafka that come and go under load: they keep to the limit together, and use all of it. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { Fleet } from "./fleet.ts";
import { comesTrue, type RecordedCall, serveRecorded } from "./recorded_calls.ts";
import { folder, run } from "./sequoia.ts";

/** Of all consumers together. */
const LIMIT = 40;
/** The shortest and longest run time of functions, in milliseconds. */
const [SHORTEST_MS, LONGEST_MS] = [100, 200];
/** The longest that consumers may take until they keep to their new parts, in milliseconds. */
const HANDOVER_MS = 2000;
/** As many calls can begin meanwhile under the limit; a slow machine makes fewer. */
const HANDOVER_CALLS = LIMIT * HANDOVER_MS / SHORTEST_MS;
/** The number of calls during which their number stays, once they keep to their parts. */
const STEADY_CALLS = 400;
/** Of how many calls it is looked again whether they do. */
const MORE_CALLS = 100;
/** More than can be run meanwhile: nobody is to be without work. */
const INSTANCES = 6000;
const SEED = Deno.env.get("SEED") ?? String(Date.now());

const WORKLOAD = `import { chain, fn } from "sequoia";
const f = fn("f");
export default chain("two", ({ call }) => {
  call(f, { name: "second", after: call(f, { name: "first" }) });
});`;

/** Keeps calls from ending while it is closed. */
class Gate {
  #opens = Promise.withResolvers<void>();

  constructor() {
    this.open();
  }

  close(): void {
    this.#opens = Promise.withResolvers();
  }

  open(): void {
    this.#opens.resolve();
  }

  readonly pass = () => this.#opens.promise;
}

/** A time in which nobody came or went, and all kept to their parts. */
interface Steady {
  readonly fromMs: number;
  readonly toMs: number;
}

kafkaTest(
  `kafka: one to four consumers and back keep to their limit, and use it (SEED=${SEED})`,
  async (t) => {
    const random = seededRandom(SEED), gate = new Gate();
    await using broker = await startBroker();
    await using functions = serveRecorded(
      () => SHORTEST_MS + random.next() * (LONGEST_MS - SHORTEST_MS),
      gate.pass,
    );
    const { calls } = functions;
    await using at = await folder({ "two.ts": WORKLOAD });
    const queue = `kafka://${broker.address}?partitions=12`;
    const { code, stderr } = await run(
      ["produce", "two.ts", "--burst", String(INSTANCES), "--queue", queue],
      at,
    );
    assertEquals(code, 0, stderr);
    await using fleet = new Fleet({ queue, cwd: at.cwd, functions, limit: `${LIMIT},fixed` });

    /** Lets this number of further calls begin. */
    const goOn = async (count: number) => {
      const enough = calls.length + count;
      await comesTrue(() => calls.length >= enough, "functions are called");
    };
    /** Whether each that is alive has its part of the limit in flight, and together they have all of it, while none ends. */
    const keepParts = async () => {
      gate.close();
      const inFlight = () => calls.filter(({ endMs }) => endMs === Infinity);
      await comesTrue(() => inFlight().length >= LIMIT, "the whole limit is used");
      const by = Map.groupBy(inFlight(), ({ by }) => by), part = LIMIT / fleet.alive.length;
      const isSo = inFlight().length === LIMIT && by.size === fleet.alive.length &&
        by.values().every(({ length }) => Math.abs(length - part) < 1);
      gate.open();
      return isSo;
    };
    const steady: Steady[] = [];
    /** Waits until those that are alive keep to their parts after a change, and lets them go on so. */
    const settle = async () => {
      while (!await keepParts()) await goOn(MORE_CALLS);
      const fromMs = performance.now(), from = calls.length;
      await goOn(STEADY_CALLS);
      steady.push({ fromMs, toMs: performance.now() });
      const working = new Set(calls.slice(from).map(({ by }) => by));
      for (const { name } of fleet.alive) assert(working.has(name), `${name} works`);
    };
    for (let count = 1; count <= 4; count++) {
      const { name } = await fleet.start();
      await comesTrue(() => calls.some(({ by }) => by === name), `${name} calls functions`);
      await settle();
    }
    for (const life of fleet.alive.slice(0, 3)) {
      assertEquals((await fleet.leave(life)).code, 0, life.process.stderr);
      await settle();
    }
    await fleet.leave(fleet.alive[0]!);

    assertEquals(new Set(calls.map(({ key }) => key)).size, calls.length, "nothing was called twice");
    const over = excesses(calls);
    for (const { fromMs, toMs, most } of over) {
      const words = `${most} in flight at ${fromMs.toFixed()}-${toMs.toFixed()} ms; steady: ${
        JSON.stringify(steady)
      }`;
      assert(steady.every((each) => toMs <= each.fromMs || fromMs >= each.toMs), words);
      const begun = calls.filter(({ startMs }) => startMs >= fromMs && startMs < toMs).length;
      assert(begun <= HANDOVER_CALLS, `${begun} calls began: ${words}`);
    }
    const overMs = over.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    await t.step(`${calls.length} calls; over the limit for ${overMs.toFixed()} ms`, () => {});
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
