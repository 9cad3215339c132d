/** Comparisons of simulated runs of a mix of chains, whose seeds differ, so that arrivals and times do: the part that is wrong. */
import { assert } from "@std/assert";
import { chain, fn, lognormal, poisson, seededRandom, type Workload, workload } from "../../lib/model/mod.ts";
import {
  buildReport,
  changeBetween,
  compareReports,
  compareRuns,
  parseFigure,
  type Report,
  type ReportOptions,
} from "../../lib/report/mod.ts";
import { simulate, type SimulateOptions } from "../../lib/simulate/mod.ts";

/** Runs of each kind, and the chains of each run. */
const RUNS = 24, CHAINS = 2000;
/** Comparisons of repeated runs, and the runs of each side. */
const COMPARISONS = 200, SIDE = 10;

/** Pictures, builds that fan out, and short calls. @param scale all times are multiplied by it */
function mix(scale: number): Workload {
  const named = (name: string, median: number, p99: number) =>
    fn(name, { time: lognormal(`${scale * median}ms`, `${scale * p99}ms`) });
  const resize = named("resize", 120, 400), detect = named("detect", 600, 1500);
  const store = named("store", 40, 200), compile = named("compile", 900, 2500);
  const image = chain("image", ({ call }) => {
    call(store, { after: call(detect, { after: call(resize) }) });
  });
  const build = chain("build", ({ call }) => {
    const start = call(store, { name: "start" });
    for (const part of ["a", "b", "c", "d"]) call(compile, { after: start, name: `compile_${part}` });
  });
  const chat = chain("chat", ({ call }) => void call(resize));
  return workload({
    chains: [
      { chain: image, weight: 3 },
      { chain: build, weight: 1, deadline: "8s" },
      { chain: chat, weight: 6, deadline: "1s" },
    ],
    arrivals: poisson(6),
  });
}

async function reports(
  name: string,
  workload: Workload,
  options: Partial<SimulateOptions>,
  asked: ReportOptions = {},
): Promise<Report[]> {
  const all: Report[] = [];
  for (let i = 0; i < RUNS; i++) {
    const bounds = { count: CHAINS }, seed = `${name} ${i}`;
    all.push(await buildReport(simulate({ workload, bounds, seed, ...options }), asked));
  }
  return all;
}

/** About ten calls run at once: the load is at one half, and near saturation. */
const EASY = { policy: "fair-share", limit: 20 }, BUSY = { policy: "fair-share", limit: 11 };

/** The pairs of different runs: 276. */
function* pairs(runs: readonly Report[]): Generator<readonly [Report, Report]> {
  for (const [i, one] of runs.entries()) for (const other of runs.slice(i + 1)) yield [one, other];
}

/** Two sides of ten runs (or `side`), drawn again and again; from one kind of runs they share none. */
function* sides(
  base: readonly Report[],
  against: readonly Report[],
  side = SIDE,
): Generator<[Report[], Report[]]> {
  const random = seededRandom("sides");
  const shuffled = (all: readonly Report[]) =>
    all.map((report) => ({ report, at: random.next() })).sort((a, b) => a.at - b.at).map(({ report }) =>
      report
    );
  for (let i = 0; i < COMPARISONS; i++) {
    const drawn = shuffled(base), others = base === against ? drawn.slice(side) : shuffled(against);
    yield [drawn.slice(0, side), others.slice(0, side)];
  }
}

const isMarked = ({ runs }: { readonly runs: readonly { readonly mark: string }[] }) =>
  runs[1]!.mark !== "same";

/** The share of comparisons for which a condition holds. */
function part<T>(all: Iterable<T>, isSo: (one: T) => boolean): number {
  const list = [...all];
  return list.filter(isSo).length / list.length;
}

Deno.test("at most 5 % of comparisons of runs that are alike mark anything, and a change of 5 % is found by ten runs", async () => {
  const easy = await reports("easy", mix(1), EASY), slower = await reports("slower", mix(1.05), EASY);
  const single = part(pairs(easy), ([one, other]) => compareReports([one, other]).some(isMarked));
  assert(single <= 0.05, `${single} of pairs of single runs have a mark`);
  const repeated = part(sides(easy, easy), (groups) => compareRuns(groups).some(isMarked));
  assert(repeated <= 0.05, `${repeated} of comparisons of ten runs a side have a mark`);
  const found = part(sides(easy, slower), (groups) => {
    const row = compareRuns(groups).find(({ metric }) => metric.path === "chain_ms.p90");
    return row!.runs[1]!.mark === "worse";
  });
  assert(found >= 0.9, `${found} of comparisons find chain times that are 5 % longer`);
  const figure = parseFigure("chain_ms.p95");
  const tested = part(sides(easy, slower), ([base, against]) => {
    const { bounds } = changeBetween(figure, base, against);
    return bounds!.low > 0 && bounds!.high < 0.2;
  });
  assert(tested >= 0.9, `${tested} of tests of chain_ms.p95 alone find that`);
});

Deno.test("near saturation, where calls wait behind each other for long, single runs that are alike have no marks either", async () => {
  const busy = await reports("busy", mix(1), BUSY);
  const single = part(pairs(busy), ([one, other]) => compareReports([one, other]).some(isMarked));
  assert(single <= 0.05, `${single} of pairs of single runs have a mark`);
});

Deno.test("without a scheduler, where chains are lost, runs that are alike have no marks, and a scheduler's have", async () => {
  const lossy = await reports("lossy", mix(1), { policy: "none", profile: "hard-limit,limit=15" });
  assert(lossy.every(({ chains }) => chains.dropped > 0));
  const single = part(pairs(lossy), ([one, other]) => compareReports([one, other]).some(isMarked));
  assert(single <= 0.05, `${single} of pairs of single runs have a mark`);
  const scheduled = await buildReport(
    simulate({ workload: mix(1), bounds: { count: CHAINS }, seed: "scheduled", ...EASY }),
  );
  const better = compareRuns([[lossy[0]!], [scheduled]]).filter(({ runs }) => runs[1]!.mark === "better")
    .map(({ metric }) => metric.path);
  for (const path of ["chains.completed", "chains.dropped", "waste.seconds", "chain_ms.p99"]) {
    assert(better.includes(path), `${path} is not among ${better.join()}`);
  }
});

Deno.test("at most 5 % of checks of a chain's or a function's figure find a change in runs that are alike", async () => {
  const figures = [
    "byChain.image.chain_ms.p90",
    "byChain.chat.chain_ms.mean",
    "byFunction.compile.queueing_ms.mean",
  ].map(parseFigure);
  const options = { bounds: { count: 600 }, ...BUSY };
  const runs = await reports("parts", mix(1), options, { intervalsOf: figures });
  for (const figure of figures) {
    const found = part(pairs(runs), ([one, other]) => changeBetween(figure, [one], [other]).p! <= 0.05);
    assert(found <= 0.05, `${found} of checks of ${figure.path} find a change`);
  }
});

/** A chain of two calls, with a deadline. */
function pair(ratePerS: number, deadline: string): Workload {
  const first = fn("first", { time: lognormal("500ms", "1500ms") }),
    second = fn("second", { time: lognormal("100ms", "300ms") });
  const of = chain("pair", ({ call }) => void call(second, { after: call(first) }));
  return workload({ chains: [{ chain: of, deadline }], arrivals: poisson(ratePerS) });
}

const unscheduled = (limit: number) => ({ policy: "none", profile: `hard-limit,limit=${limit}` });

/** Runs of few chains, or of a certain time, in which few or many are lost, some or most deadlines missed. */
const SHORT: Readonly<Record<string, Partial<SimulateOptions>>> = {
  "20 chains, of which few are lost": { bounds: { count: 20 }, ...unscheduled(8) },
  "60 chains, of which few are lost": { bounds: { count: 60 }, ...unscheduled(10) },
  "90 chains, of which hardly one is lost": { bounds: { count: 90 }, ...unscheduled(14) },
  "90 chains, of which many are lost": { bounds: { count: 90 }, ...unscheduled(8) },
  "20 chains and their deadlines": { bounds: { count: 20 }, policy: "fcfs", limit: 8 },
  "60 chains near saturation, which miss their deadlines in a row": {
    bounds: { count: 60 },
    policy: "fcfs",
    limit: 9,
  },
  "90 chains and a platform that refuses calls": {
    bounds: { count: 90 },
    policy: "fcfs",
    limit: 14,
    profile: "hard-limit,limit=9",
  },
  "150 chains, of which few are lost": { bounds: { count: 150 }, ...unscheduled(15) },
  "400 chains, of which few are lost": { bounds: { count: 400 }, ...unscheduled(14) },
  "half a minute, with another number of chains each time": {
    bounds: { forMs: 30_000 },
    policy: "fcfs",
    limit: 12,
  },
};

for (const [name, options] of Object.entries(SHORT)) {
  Deno.test(`at most 5 % of comparisons of runs that are alike mark anything: ${name}`, async () => {
    const runs = await reports(name, pair(10, "1200ms"), options);
    const single = part(pairs(runs), ([one, other]) => compareReports([one, other]).some(isMarked));
    assert(single <= 0.05, `${single} of pairs of single runs have a mark`);
    for (const side of [2, 3]) {
      const repeated = part(sides(runs, runs, side), (groups) => compareRuns(groups).some(isMarked));
      assert(repeated <= 0.05, `${repeated} of comparisons of ${side} runs a side have a mark`);
    }
  });
}

Deno.test("losses of a third are marked in runs of 90 chains", async () => {
  const lossy = await reports("lossy", pair(20, "5s"), { bounds: { count: 90 }, ...unscheduled(10) });
  const whole = await reports("whole", pair(20, "5s"), { bounds: { count: 90 }, policy: "fcfs", limit: 20 });
  const found = part(lossy, (run) => {
    const row = compareReports([run, whole[0]!]).find(({ metric }) => metric.path === "chains.dropped");
    return row!.runs[1]!.mark === "better";
  });
  assert(found >= 0.8, `${found} of comparisons find that a third of the chains was lost`);
});
