/**
 * The times at which `produce` really submits, by process: from the queue (intended) and from its run log (durable), each
 * judged by a Kolmogorov–Smirnov test against the distribution that the manual gives. The processes run side by side.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { arrivalProcess } from "../../cli/options/arrival_process.ts";
import {
  type Arrivals,
  arrivalTimes,
  hasFallenBehind,
  type Pace,
  poisson,
  seededRandom,
  USUAL_LATE_BOUND,
} from "../../lib/model/mod.ts";
import { openQueue } from "../../lib/queue/public.ts";
import { readRunLog, type SubmitEvent } from "../../lib/record/mod.ts";
import { folder, run } from "./sequoia.ts";

const COUNT = 300;

/** A process: its option, and the distribution of its times. */
interface Process {
  readonly option: readonly [string, string];
  readonly arrivals: Arrivals;
  /** Of independent arrivals: the number that is expected until a time, in seconds. */
  readonly expected?: (s: number) => number;
  /** Of independent gaps: the part of them that is not longer, in seconds. */
  readonly gaps?: (s: number) => number;
}

function process(text: string, distribution: Pick<Process, "expected" | "gaps">): Process {
  return { option: ["--arrivals", text], arrivals: arrivalProcess(text), ...distribution };
}

/** Of gamma gaps with the shape 4: Erlang's distribution. */
const erlang4 = (x: number) => 1 - Math.exp(-x) * (1 + x + x ** 2 / 2 + x ** 3 / 6);

/** About sixty a second in the mean. */
const PROCESSES: readonly Process[] = [
  { option: ["--poisson", "60"], arrivals: poisson(60), expected: (s) => 60 * s },
  process("gamma:60,cv=0.5", { gaps: (s) => erlang4(240 * s) }),
  process("weibull:60,shape=2", { gaps: (s) => 1 - Math.exp(-((60 * s * Math.sqrt(Math.PI) / 2) ** 2)) }),
  process("ramp:5..115,over=5s", { expected: (s) => s < 5 ? 5 * s + 11 * s * s : 300 + 115 * (s - 5) }),
  process("daily:10..110,period=10s", {
    expected: (s) => 60 * s - 250 / Math.PI * Math.sin(Math.PI * s / 5),
  }),
  process("steps:40@2s,0@1s,120@9s", { expected: (s) => 40 * Math.min(s, 2) + 120 * Math.max(0, s - 3) }),
  process("bursts:30..150,every=500ms,for=200ms", {}), // no closed form: held to its intended times
];

/** The greatest distance of samples to a distribution function, which is under 1.63 ÷ √n in 99 of 100 samples. */
function distance(samples: readonly number[], below: (x: number) => number): number {
  const sorted = samples.toSorted((a, b) => a - b), n = sorted.length;
  return Math.max(...sorted.map((x, i) => Math.max(below(x) - i / n, (i + 1) / n - below(x))));
}

const CRITICAL = 1.63 / Math.sqrt(COUNT);

interface Produced {
  readonly code: number;
  readonly pace: Pace;
  /** By id, from the queue and from the run log. */
  readonly intended: ReadonlyMap<string, number>;
  readonly submits: readonly SubmitEvent[];
}

async function produced({ option }: Process): Promise<Produced> {
  await using at = await folder({
    "quick.ts":
      `import { chain, fn } from "sequoia"; export default chain("quick", ({ call }) => void call(fn("q")));`,
  });
  const load = ["produce", "quick.ts", ...option, "--count", `${COUNT}`, "--seed", "ks"];
  const { code, stdout, stderr } = await run([...load, "--out", "run.json", "--json"], {
    ...at,
    env: { SEQUOIA_MAX_LATE: "" },
  });
  assert(code === 0 || code === 3, stderr);
  await using queue = await openQueue(`sqlite:${at.cwd}/.sequoia/queue.db`);
  const intended = new Map<string, number>();
  for await (const { instance } of queue.list({})) intended.set(instance.id, instance.submittedAtMs);
  const submits: SubmitEvent[] = [];
  for await (const event of readRunLog(`${at.cwd}/run.json`).events) {
    if (event.type === "submit") submits.push(event);
  }
  return { code, pace: JSON.parse(stdout).pace, intended, submits };
}

/** The intended times of a process, in milliseconds from its start. */
function intendedMs(arrivals: Arrivals): number[] {
  return [...arrivalTimes(arrivals, seededRandom("ks/arrivals"), { count: COUNT })];
}

/** Holds the times at which instances were durable to the process, but for the lateness that was told. */
function judge(process: Process, { code, pace, intended, submits }: Produced): void {
  const { option, arrivals } = process, name = option.join(" ");
  assertEquals([intended.size, submits.length], [COUNT, COUNT], name);
  const offsets = intendedMs(arrivals);
  const times = [...intended.values()].sort((a, b) => a - b), startMs = times[0]! - offsets[0]!;
  offsets.forEach((ms, i) => assertAlmostEquals(times[i]! - startMs, ms, 1, `${name}: intended time ${i}`));
  for (const { instance, submittedAtMs, lateMs } of submits) {
    assertAlmostEquals(submittedAtMs, intended.get(instance)!, 0.01);
    assert(
      lateMs! >= 0 && lateMs! <= pace.latestMs + 0.01,
      `${name}: ${lateMs} ms late, and ${pace.latestMs} were told`,
    );
  }
  assertEquals(code === 3, hasFallenBehind(pace, USUAL_LATE_BOUND), name);
  const really = submits.map(({ submittedAtMs, lateMs }) => (submittedAtMs + lateMs! - startMs) / 1000)
    .sort((a, b) => a - b);
  const lateS = pace.latestMs / 1000;
  for (const { samples, below, spread } of samplesOf(process, offsets.at(-1)! / 1000, really)) {
    const late = Math.max(...samples.map((s) => below(s + spread * lateS) - below(s - lateS)));
    const far = distance(samples, below);
    assert(far < CRITICAL + late, `${name}: ${far}, of which lateness explains ${late}`);
  }
}

/** The times or gaps that a process says the distribution of. */
function samplesOf(
  { expected, gaps }: Pick<Process, "expected" | "gaps">,
  endS: number,
  atS: readonly number[],
) {
  return [
    // Until the last of a number of independent arrivals, the others are spread as the expected number grows.
    ...expected === undefined ? [] : [{
      samples: atS,
      below: (s: number) => Math.min(1, expected(Math.max(0, s)) / expected(endS)),
      spread: 0,
    }],
    // A gap is longer or shorter by the lateness of either end.
    ...gaps === undefined ? [] : [{
      samples: atS.map((s, i) => s - (atS[i - 1] ?? 0)),
      below: (s: number) => gaps(Math.max(0, s)),
      spread: 1,
    }],
  ];
}

Deno.test("the distributions of the processes are told apart from that of even chance by their intended times", () => {
  for (const { option: [, text], arrivals, ...distribution } of PROCESSES.slice(1)) {
    const atS = intendedMs(arrivals).map((ms) => ms / 1000), endS = atS.at(-1)!, rate = COUNT / endS;
    const even = { expected: (s: number) => s, gaps: (s: number) => 1 - Math.exp(-rate * s) };
    for (const key of ["expected", "gaps"] as const) {
      if (distribution[key] === undefined) continue;
      const [own] = samplesOf({ [key]: distribution[key] }, endS, atS),
        [other] = samplesOf({ [key]: even[key] }, endS, atS);
      assert(distance(own!.samples, own!.below) < CRITICAL, text);
      assert(distance(other!.samples, other!.below) > CRITICAL, text);
    }
  }
});

Deno.test("sequoia produce submits at the times of each process, and says how late it was", async () => {
  const all = await Promise.all(PROCESSES.map(produced));
  for (const [i, each] of all.entries()) judge(PROCESSES[i]!, each);
});
