/** The loads on which the rules are compared, and what is looked at. */
import {
  arrivalTimes,
  type Distribution,
  lognormal,
  poisson,
  type Random,
  sampleMs,
  seededRandom,
} from "../../lib/model/mod.ts";
import { OVER_PROGRAMS, OVER_TENANTS } from "./systems.ts";
import type { Job, Ran, Setting, System } from "./world.ts";

/** A figure of a run. */
export interface Figure {
  readonly key: string;
  readonly name: string;
  readonly unit: "ms" | "%" | "×";
  /** Its value if all were fair, or best. (Default: it has none) */
  readonly ideal?: string;
  /** Whether it is shown in percent of the first system's. (Default: by itself) */
  readonly isOfFirst?: boolean;
}

/** A load, and its figures. */
export interface Comparison extends Setting {
  readonly id: string;
  /** (Default: those that choose between tenants) */
  readonly systems?: readonly System[];
  /** The load in words, and what to see. */
  readonly about: string;
  readonly figures: readonly Figure[];
  jobs(seed: string): Job[];
  /** @param calls in the order of their ends */
  measure(calls: readonly Ran[]): Readonly<Record<string, number>>;
}

/** The jobs of a tenant, without their numbers. */
interface Stream {
  readonly tenant: string;
  readonly weight?: number;
  readonly time: Distribution;
  /** Calls of a job. (Default: 1) */
  readonly length?: number;
  readonly atMs: Iterable<number>;
}

function jobsOf(streams: readonly Stream[], random: Random): Job[] {
  const jobs: Omit<Job, "number">[] = [];
  for (const { tenant, weight = 1, time, length = 1, atMs } of streams) {
    for (const ms of atMs) {
      jobs.push({ tenant, weight, callsMs: Array.from({ length }, () => sampleMs(time, random)), atMs: ms });
    }
  }
  return jobs.map((job, number) => ({ ...job, number }));
}

const poissonMs = (
  ratePerS: number,
  forMs: number,
  random: Random,
) => [...arrivalTimes(poisson(ratePerS), random, { forMs })];

const burstMs = (atMs: number, size: number) => Array.from({ length: size }, () => atMs);

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const latenciesOf = (calls: readonly Ran[], isOf: (call: Ran) => boolean) =>
  calls.filter(isOf).map(({ readyAtMs, endedAtMs }) => endedAtMs - readyAtMs);

/** The part of the slots' time that some tenants got, while all had work, in percent. */
function sharePercent(calls: readonly Ran[], tenants: RegExp, fromMs: number, toMs: number): number {
  let own = 0, all = 0;
  for (const { job, startedAtMs, endedAtMs } of calls) {
    const ms = Math.max(0, Math.min(toMs, endedAtMs) - Math.max(fromMs, startedAtMs));
    all += ms;
    if (tenants.test(job.tenant)) own += ms;
  }
  return own / all * 100;
}

const SECOND = 1000;

const bursting: Comparison = {
  id: "bursting",
  slots: 40,
  callsPerS: 40 / 0.42,
  tenants: 2,
  about:
    "BWFQ's experiment in our terms: 20 quiet calls a second of about 0.1 s (5 % of 40 slots), and every 60 s 4,000 " +
    "calls at once of about 0.5 s of another tenant, twice",
  figures: [
    {
      key: "quiet",
      name: "99th percentile of the quiet tenant's latency",
      unit: "ms",
      ideal: "0.2 s, its calls' own",
    },
    { key: "bursting", name: "the same of the bursting one", unit: "ms" },
    { key: "makespan", name: "time until all is done, of first come's", unit: "%", isOfFirst: true },
  ],
  jobs(seed) {
    const random = seededRandom(seed);
    return jobsOf([
      { tenant: "quiet", time: lognormal("100ms", "200ms"), atMs: poissonMs(20, 120 * SECOND, random) },
      {
        tenant: "bursting",
        time: lognormal("450ms", "1s"),
        atMs: [0, 60].flatMap((s) => burstMs(s * SECOND, 4000)),
      },
    ], random);
  },
  measure(calls) {
    const p99 = (tenant: string) => percentile(latenciesOf(calls, ({ job }) => job.tenant === tenant), 0.99);
    return { quiet: p99("quiet"), bursting: p99("bursting"), makespan: calls.at(-1)!.endedAtMs };
  },
};

const unequal: Comparison = {
  id: "unequal",
  slots: 20,
  callsPerS: 20 / 0.55,
  tenants: 2,
  about:
    "two tenants that always have calls waiting, the one's of about 1 s, the other's of about 0.1 s, on 20 slots: who " +
    "shares calls gives the slots to the one with the long ones",
  figures: [{
    key: "share",
    name: "the slots' time that the tenant with long calls gets",
    unit: "%",
    ideal: "50 %",
  }],
  jobs(seed) {
    const random = seededRandom(seed);
    return jobsOf([
      { tenant: "long", time: lognormal("1s", "1.5s"), atMs: burstMs(0, 600) },
      { tenant: "short", time: lognormal("100ms", "150ms"), atMs: burstMs(0, 6000) },
    ], random);
  },
  measure: (calls) => ({ share: sharePercent(calls, /^long$/, 5 * SECOND, 25 * SECOND) }),
};

const weighted: Comparison = {
  id: "weighted",
  slots: 20,
  callsPerS: 20 / 0.2,
  tenants: 2,
  about: "two tenants that always have calls of about 0.2 s waiting, one with the weight 3",
  figures: [{ key: "share", name: "the slots' time of the one with the weight 3", unit: "%", ideal: "75 %" }],
  jobs(seed) {
    const random = seededRandom(seed);
    return jobsOf([
      { tenant: "three", weight: 3, time: lognormal("200ms", "400ms"), atMs: burstMs(0, 3000) },
      { tenant: "one", time: lognormal("200ms", "400ms"), atMs: burstMs(0, 3000) },
    ], random);
  },
  measure: (calls) => ({ share: sharePercent(calls, /^three$/, 5 * SECOND, 20 * SECOND) }),
};

const crowd: Comparison = {
  id: "crowd",
  slots: 50,
  callsPerS: 50 / 0.3,
  tenants: 51,
  about:
    "50 tenants of 1.6 calls a second each, and one whose 160 calls a second alone would nearly fill the 50 slots; all " +
    "of about 0.3 s, for 40 s, of which the first ten do not count: run times are learned in them",
  figures: [
    {
      key: "small",
      name: "99th percentile of the small ones' latency",
      unit: "ms",
      ideal: "0.6 s, their calls' own",
    },
    { key: "worst", name: "the same of the small one that is worst off", unit: "ms" },
  ],
  jobs(seed) {
    const random = seededRandom(seed), time = lognormal("290ms", "600ms");
    const small = Array.from({ length: 50 }, (_, i) => `small${i}`);
    return jobsOf([
      ...small.map((tenant) => ({ tenant, time, atMs: poissonMs(1.6, 40 * SECOND, random) })),
      { tenant: "large", time, atMs: poissonMs(160, 40 * SECOND, random) },
    ], random);
  },
  measure(calls) {
    const byTenant = Map.groupBy(
      calls.filter(({ job, readyAtMs }) => job.tenant !== "large" && readyAtMs > 10 * SECOND),
      ({ job }) => job.tenant,
    );
    const latencies = [...byTenant.values()].map((own) => latenciesOf(own, () => true));
    return {
      small: percentile(latencies.flat(), 0.99),
      worst: Math.max(...latencies.map((own) => percentile(own, 0.99))),
    };
  },
};

const greedy: Comparison = {
  id: "greedy",
  slots: 40,
  callsPerS: 40 / 0.2,
  tenants: 20,
  about:
    "20 tenants on 40 slots, all of which ask for more than they can have: ten for a fifth more, ten for 2.4 times as " +
    "much; none has a tenth of the slots, so no threshold of a tenth is met",
  figures: [{ key: "share", name: "the slots' time of the ten greedy ones", unit: "%", ideal: "50 %" }],
  jobs(seed) {
    const random = seededRandom(seed), time = lognormal("195ms", "350ms");
    return jobsOf(
      Array.from({ length: 20 }, (_, i) => {
        const isGreedy = i % 2 === 1;
        return {
          tenant: `${isGreedy ? "greedy" : "modest"}${i}`,
          time,
          atMs: poissonMs(isGreedy ? 24 : 12, 20 * SECOND, random),
        };
      }),
      random,
    );
  },
  measure: (calls) => ({ share: sharePercent(calls, /^greedy/, 5 * SECOND, 20 * SECOND) }),
};

const chains: Comparison = {
  id: "chains",
  slots: 20,
  callsPerS: 20 / 0.5,
  tenants: 1,
  about:
    "400 chains of four calls of about 0.5 s at once, of one tenant: who knows calls but no chains begins all before any " +
    "is done",
  figures: [
    { key: "mean", name: "mean time of a chain", unit: "ms" },
    { key: "last", name: "until the last is done", unit: "ms" },
  ],
  jobs(seed) {
    const random = seededRandom(seed);
    return jobsOf(
      [{ tenant: "one", time: lognormal("480ms", "900ms"), length: 4, atMs: burstMs(0, 400) }],
      random,
    );
  },
  measure(calls) {
    const ends = calls.filter(({ job, index }) => index + 1 === job.callsMs.length).map(({ endedAtMs }) =>
      endedAtMs
    );
    return { mean: mean(ends), last: ends.at(-1)! };
  },
};

/** Programs by Pareto's law with the exponent 1.3, cut off: few are long, and these are most of the work. */
const MOST_CALLS = 100;

const programs: Comparison = {
  id: "programs",
  systems: OVER_PROGRAMS,
  slots: 20,
  callsPerS: 20 / 0.5,
  tenants: 1,
  about:
    "programs of one to 100 calls of about 0.5 s, one after the other, most of them short (Pareto's law, exponent 1.3), " +
    "about as many as 20 slots can do, for two minutes",
  figures: [
    { key: "mean", name: "mean time of a program", unit: "ms" },
    { key: "slowdown", name: "mean slowdown, of the time that its calls run", unit: "×" },
    { key: "p99", name: "99th percentile of the slowdown", unit: "×" },
  ],
  jobs(seed) {
    const random = seededRandom(seed), time = lognormal("480ms", "900ms");
    const lengths = () => Math.min(MOST_CALLS, Math.floor((1 - random.next()) ** (-1 / 1.3)));
    return poissonMs(13, 120 * SECOND, random).map((atMs, number) => ({
      number,
      tenant: `program${number}`,
      weight: 1,
      callsMs: Array.from({ length: lengths() }, () => sampleMs(time, random)),
      atMs,
    }));
  },
  measure(calls) {
    const ends = calls.filter(({ job, index }) => index + 1 === job.callsMs.length);
    const times = ends.map(({ job, endedAtMs }) => endedAtMs - job.atMs);
    const slowdowns = ends.map(({ job, endedAtMs }) =>
      (endedAtMs - job.atMs) / job.callsMs.reduce((sum, ms) => sum + ms, 0)
    );
    return { mean: mean(times), slowdown: mean(slowdowns), p99: percentile(slowdowns, 0.99) };
  },
};

/** The comparisons, in the order of the page; each with the systems that it is of. */
export const COMPARISONS: readonly Comparison[] = [
  bursting,
  crowd,
  unequal,
  weighted,
  greedy,
  chains,
  programs,
];

/** The systems of a comparison; the first is the one that others are compared with. */
export function systemsOf({ systems = OVER_TENANTS }: Comparison): readonly System[] {
  return systems;
}
