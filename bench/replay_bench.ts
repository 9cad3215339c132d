// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The accuracy of `simulate run.json` against consumers on the real clock, with errors and refusals. */
import type { FigureValue, Report } from "../lib/report/mod.ts";
import { chain, fn, poisson, realClock, type Workload } from "../lib/model/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { plannedArrivals } from "../lib/simulate/mod.ts";
import { folder, runJson, Running } from "../tests/e2e/sequoia.ts";
import type { Figure } from "./figures.ts";

/** Functions on loopback: the same call of an instance of the same id takes, and fails, the same in each run. */
class Functions implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #running = 0;

  /**
   * @param failing how many calls fail, of 1
   * @param limit calls beyond it are refused
   */
  constructor(failing: number, limit: number) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { headers, url } = request;
      const call = `${headers.get("idempotency-key")} ${headers.get("x-sequoia-attempt")}`;
      await request.body?.cancel();
      if (this.#running >= limit) return new Response(null, { status: 429 });
      this.#running++;
      const usualMs = url.endsWith("slow") ? 300 : 100;
      await new Promise((resolve) => setTimeout(resolve, usualMs * (0.6 + 0.8 * chance(call))));
      this.#running--;
      return chance(`fails ${call}`) < failing ? new Response(null, { status: 500 }) : Response.json(null);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** A number from 0 to 1 for a text (FNV-1a, and a finalizer that mixes its bits). */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (const sign of text) hash = Math.imul(hash ^ sign.codePointAt(0)!, 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1_e995);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

function workload(url: string): Workload {
  const quick = fn("quick", { url: `${url}/quick` }), slow = fn("slow", { url: `${url}/slow` });
  const fan = chain("fan", ({ call }) => {
    const start = call(quick);
    call(quick, { after: [1, 2, 3].map(() => call(slow, { after: start })) });
  });
  const line = chain("line", ({ call }) => {
    let last = call(quick);
    for (let i = 0; i < 3; i++) last = call(quick, { after: last });
  });
  return { chains: [{ chain: fan }, { chain: line, share: 2 }] };
}

/** Submits the same instances at the same times in each run, and waits until they have ended. */
async function produce(url: string, ratePerS: number, cwd: string): Promise<void> {
  await using queue = await openQueue(`sqlite:${cwd}/.sequoia/queue.db`, { clock: realClock });
  const load = { arrivals: poisson(ratePerS), bounds: { forMs: FOR_MS }, seed: "replay", labels: {} };
  const beganAtMs = realClock.nowMs();
  for (const { instance, takenAtMs } of plannedArrivals({ ...load, workload: workload(url) })) {
    await realClock.until(beganAtMs + takenAtMs);
    await queue.push([{ ...instance, submittedAtMs: realClock.wallMs() }]);
  }
  for (;;) {
    const { queued, running } = await queue.depth();
    if (queued + running === 0) return;
    await realClock.until(realClock.nowMs() + 100);
  }
}

interface Trial {
  readonly name: string;
  readonly failing?: number;
  /** The provider's. */
  readonly limit?: number;
  readonly consume: readonly string[];
  readonly ratePerS: number;
  /** The policy whose result is predicted from the log and measured beside it, so that a busy machine is busy for both. */
  readonly other: string;
}

const FAIR = ["--policy", "fair-share", "--limit", "16"];
const TRIALS: readonly Trial[] = [
  { name: "busy", consume: FAIR, ratePerS: 21, other: "shortest-job-first" },
  { name: "12 % errors", failing: 0.12, consume: FAIR, ratePerS: 18, other: "shortest-job-first" },
  { name: "25 % errors", failing: 0.25, consume: FAIR, ratePerS: 15, other: "running-first" },
  {
    name: "refusals",
    limit: 14,
    consume: ["--policy", "strict-priority", "--limit", "100"],
    ratePerS: 18,
    other: "running-first",
  },
];

const FOR_MS = 40_000;

async function figuresOf(
  { name, failing = 0, limit = Infinity, consume, ratePerS, other }: Trial,
): Promise<Figure[]> {
  const measured = async (policy: readonly string[]) => {
    await using functions = new Functions(failing, limit);
    const at = await folder();
    await using consumer = new Running(["consume", ...policy], at);
    await consumer.says(/Consuming/);
    await produce(functions.url, ratePerS, at.cwd);
    consumer.signal("SIGINT");
    await consumer.ended;
    return { at, report: await runJson(["report", "run.json"], at) as Report };
  };
  const off = (is: FigureValue, was: FigureValue) => 100 * Math.abs(Number(is) / Number(was) - 1);
  const compared = (
    what: string,
    is: Report,
    was: Report,
    [mean, p99]: readonly [number, number],
  ): Figure[] => [
    {
      name: `${what}: chain time, mean`,
      value: off(is.completed_chain_ms.mean, was.completed_chain_ms.mean),
      unit: "% off",
      atMost: mean,
    },
    {
      name: `${what}: chain time, p99`,
      value: off(is.completed_chain_ms.p99, was.completed_chain_ms.p99),
      unit: "% off",
      atMost: p99,
    },
  ];
  const [{ at, report }, second] = await Promise.all([
    measured(consume),
    measured([...consume, "--policy", other]),
  ]);
  await using _first = at;
  await using _second = second.at;
  const simulate = async (...more: string[]) =>
    await runJson(["simulate", "run.json", "--seed", "1", ...more], at) as Report;
  return [
    ...compared(name, await simulate(), report, [3, 6]),
    ...compared(`${name}, ${other}`, await simulate("--policy", other), second.report, [10, 10]),
  ];
}

/** Measures what simulations of logs are off by. */
export async function replayBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const trial of TRIALS) figures.push(...await figuresOf(trial));
  return figures;
}

if (import.meta.main) {
  for (const { name, value, unit } of await replayBench()) {
    console.log(name.padEnd(56), value.toFixed(2), unit);
  }
}
