/**
 * The figures of reports against `figures.py`, which computes them with pandas from the definitions of the manual: on logs by
 * seeds where Python has pandas, and everywhere on one log, whose figures it has reckoned once (`golden.json`). Another log in
 * its place, as the format changes: `deno test -A tests/report/figures_test.ts -- --write`.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../lib/model/mod.ts";
import { openRunLog, readRunLog, recordEvent, type RunEvent } from "../../lib/record/mod.ts";
import { buildReport, type Report } from "../../lib/report/mod.ts";
import { simulated, type Simulation } from "../../lib/report/testing.ts";
import { runs, skipped } from "../lanes.ts";
import { pythonWith } from "../requirements.ts";

type Figures = Readonly<Record<string, number | string | null>>;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs of every kind that reports tell apart: who shares by what, with calls of chains, prices and waits at the provider. */
function* varied(simulation: Simulation): Generator<RunEvent> {
  const random = seededRandom(`varied ${simulation.seed}`), chance = (part: number) => random.next() < part;
  const scheduling = [{}, { by: "tenant" }, { weight: [["etl", 3], ["chat", 0.5]] }, {
    share: "calls",
  }][simulation.seed % 4]!;
  const isPriced = chance(0.5), isQueuedThere = chance(0.5);
  let caller: string | undefined;
  for (const event of simulated(simulation)) {
    if (event.type === "run") yield { ...event, scheduling };
    else if (event.type === "submit") {
      const tenant = ["acme", "bolt", "crow"][Math.floor(random.next() * 3)]!;
      const isCalled = caller !== undefined && chance(0.2);
      yield {
        ...event,
        labels: chance(0.1) ? {} : { tenant },
        weight: { acme: 1, bolt: 2, crow: 0.5 }[tenant]!,
        ...isCalled && { parent: caller! },
      };
      if (chance(0.5)) caller = event.instance;
    } else if (event.type === "attempt") {
      const isFailed = event.outcome === "ok" && chance(0.05);
      yield {
        ...event,
        ...isFailed && { outcome: "failed", settled: chance(0.5), status: 500 },
        ...isPriced && event.outcome === "ok" &&
          { cost: event.runMs / 1e6, platform: chance(0.5) ? "a" : "b" },
        ...isQueuedThere && chance(0.3) && { providerQueuedMs: Math.floor(event.runMs * random.next()) },
      };
    } else yield event;
  }
}

/** Writes a log, as programs do. */
async function write(path: string, events: Iterable<RunEvent>): Promise<void> {
  const [info, ...rest] = events;
  assert(info?.type === "run");
  const { type: _type, ...run } = info;
  await using log = await openRunLog(path, run);
  for (const event of rest) if (event.type !== "run") recordEvent(log, event);
}

async function reckoned(python: string, paths: readonly string[]): Promise<Figures[]> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-B", here("figures.py"), ...paths],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Asserts that a report has figures, whose sums may differ in their last digits. */
function assertFigures(report: Report, figures: Figures, of: string): void {
  assert(Object.keys(figures).length > 60);
  for (const [path, expected] of Object.entries(figures)) {
    const value = path.split(".").reduce<unknown>(
      (at, key) => (at as Record<string, unknown>)?.[key],
      report,
    );
    const isEqual = typeof expected === "number" && typeof value === "number"
      ? Math.abs(value - expected) <= 1e-9 * Math.abs(expected)
      : value === expected;
    assert(isEqual, `${of}: ${path} is ${value} in the report, and ${expected} by figures.py`);
  }
}

const GOLDEN: Simulation = { seed: 1, instances: 40, limit: 3, ratePerS: 4, throttled: 0.1 };

Deno.test("the figures of one log are those that pandas has reckoned once", async () => {
  const figures: [Figures] = JSON.parse(await Deno.readTextFile(here("golden.json")));
  assertFigures(await buildReport(readRunLog(here("golden_run.txt")).events), figures[0], "golden_run.txt");
});

const AGAINST_PANDAS =
  "the figures of reports are those that pandas reckons from the definitions of the manual";
const python = await pythonWith("pandas");
if (python === undefined) skipped(AGAINST_PANDAS, "python3 with pandas is not here");
else {
  Deno.test(AGAINST_PANDAS, async () => {
    const folder = await Deno.makeTempDir(), first = Math.floor(Math.random() * 2 ** 20);
    try {
      const logs = Array.from({ length: runs(24) + 3 }, (_, i) => {
        const seed = first + i;
        const simulation = {
          seed,
          instances: 20 + seed % 400,
          limit: 2 + seed % 7,
          ratePerS: 1 + seed % 11,
          fair: seed % 3 === 0,
          throttled: seed % 5 / 20,
        };
        return { simulation, path: join(folder, `${seed}.json`) };
      });
      for (const { path, simulation } of logs) await write(path, varied(simulation));
      const golden = here("golden_run.txt");
      if (Deno.args.includes("--write")) {
        await Deno.remove(golden);
        await write(golden, varied(GOLDEN));
        await Deno.writeTextFile(
          here("golden.json"),
          JSON.stringify(await reckoned(python, [golden]), null, 2) + "\n",
        );
      }
      const [known, ...others] = await reckoned(python, [golden, ...logs.map(({ path }) => path)]);
      assertEquals([known], JSON.parse(await Deno.readTextFile(here("golden.json"))));
      for (const [i, { path, simulation }] of logs.entries()) {
        const report = await buildReport(readRunLog(path).events);
        assertFigures(report, others[i]!, JSON.stringify(simulation));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
