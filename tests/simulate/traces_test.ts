/** A trace that is generated, read and simulated has its calls of each minute again, exactly. */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../lib/model/mod.ts";
import {
  chainsOfTrace,
  type Gaps,
  population,
  replayOf,
  type SampleFunction,
  TRACE_FORMATS,
  TraceError,
  traceLoad,
} from "../../lib/produce/mod.ts";
import { readTrace, TempFolder } from "../../lib/produce/traces/testing.ts";
import { simulate } from "../../lib/simulate/mod.ts";

const MINUTE_MS = 60_000;

const loads = fc.record({
  format: fc.constantFrom(...TRACE_FORMATS.map(({ name }) => name)),
  seed: fc.string(),
  apps: fc.integer({ min: 1, max: 6 }),
  minutes: fc.integer({ min: 1, max: 20 }),
  gaps: fc.constantFrom<Gaps>("poisson", "equidistant"),
  speed: fc.constantFrom(1, 10, 0.5),
});

/** Calls by minute and function, as `3 app/function`. */
type Calls = Readonly<Record<string, number>>;

function written(functions: readonly SampleFunction[], format: string): Calls {
  const calls: Record<string, number> = {};
  for (const [column, { app, id, calls: each }] of functions.entries()) {
    const name = format === "huawei-2023" ? String(column) : `${app.slice(0, 12)}/${id.slice(0, 12)}`;
    for (const { atMs } of each) {
      const key = `${Math.floor(atMs / MINUTE_MS)} ${name}`;
      calls[key] = (calls[key] ?? 0) + 1;
    }
  }
  return calls;
}

Deno.test("a trace that was generated, read and simulated has its calls of each minute and function", async () => {
  await fc.assert(
    fc.asyncProperty(loads, async ({ format, seed, apps, minutes, gaps, speed }) => {
      const functions = population({ apps, minutes }, seededRandom(seed));
      fc.pre(functions.length > 0 && functions.reduce((sum, { calls }) => sum + calls.length, 0) < 5000);
      await using folder = await TempFolder.make();
      const trace = await readTrace(await folder.sample(format, functions, minutes), {
        minutes: [0, minutes],
      });
      const chains = chainsOfTrace(trace);
      const load = { workload: { chains }, arrivals: replayOf(trace, [...chains.keys()], { gaps, speed }) };
      const found: Record<string, number> = {}, runs = new Map<string, number[]>();
      let failed = 0;
      for (const event of simulate({ ...load, seed, limit: 1_000_000 })) {
        if (event.type === "submit") {
          const minute = Math.floor(event.submittedAtMs * speed / MINUTE_MS + 1e-9);
          const key = `${minute} ${event.definition!.nodes[0]!.fn.name}`;
          found[key] = (found[key] ?? 0) + 1;
        }
        if (event.type === "attempt" && event.outcome !== "ok") failed++;
        if (event.type === "attempt") {
          runs.set(event.function, [
            ...runs.get(event.function) ?? [],
            Math.round(event.runMs),
          ]);
        }
      }
      assertEquals(found, written(functions, format));
      assertEquals(failed, 0);
      if (format !== "azure-2021" && format !== "ibm-2026") return;
      for (const { app, id, calls } of functions) { // each call has its own time
        const times = runs.get(`${app.slice(0, 12)}/${id.slice(0, 12)}`)!.sort((a, b) => a - b);
        assertEquals(times, calls.map(({ runMs }) => runMs).sort((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("traceLoad() gives programs a load, and says what is no trace", async () => {
  await using folder = await TempFolder.make();
  const lines = ["app,func,end_timestamp,duration", "a,f,3600.5,0.5", "a,f,3601,0.5", "a,g,7300,1"];
  const path = await folder.write("t.csv", lines);
  const { notes, ...load } = await traceLoad(path, { hours: [1, 2], speed: 10, seed: "1" });
  assertEquals([notes, load.workload.chains.map(({ chain }) => chain.name), load.seed], [[], ["a"], "1"]);
  const submitted = [...simulate(load)].flatMap((event) =>
    event.type === "submit" ? [event.submittedAtMs] : []
  );
  assertEquals(submitted, [0, 50]);
  const other = await folder.write("other.csv", ["at", "1"]);
  await assertRejects(() => traceLoad(other), TraceError, "its heading is that of no trace");
  await assertRejects(
    () => traceLoad(path, { hours: [5, 6] }),
    TraceError,
    "there are no calls in that part",
  );
});
