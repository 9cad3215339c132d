/** Simulations of a recorded run as it was, to find out of it what single calls do not show. */
import { seededRandom } from "../../lib/model/mod.ts";
import type { RunInfo } from "../../lib/record/mod.ts";
import { type Limits, Scheduler, withPossibleFloors } from "../../lib/scheduler/mod.ts";
import {
  type Arrival,
  ChainTimes,
  fitDelay,
  fitLimit,
  type FittedLimit,
  type Recording,
  Simulation,
  type SimulationOptions,
  type TimedLimits,
} from "../../lib/simulate/mod.ts";
import { readOptions } from "../shell/options.ts";
import {
  policyOptionsOf,
  schedulerOptionsOf,
  SCHEDULING_OPTIONS,
  withScheduling,
} from "../options/scheduling_options.ts";
import { INSTANTS_PER_SLICE, turn } from "./slices.ts";
import { makePolicy, profileOf } from "../assembly.ts";

/** Number of simulations whose mean is a fit, of logs that are not long. */
const FITS = 4;
/** A longer log, in instances, is simulated once for each value that is tried. */
const LONG = 5000;

/** Simulates the run with some arrivals and a provider, and returns the mean time of its chains, in milliseconds. */
type Replay = (how: Pick<SimulationOptions, "arrivals" | "profile" | "refusalMs">) => Promise<number>;

/** @returns undefined if the policy of the run, a file, cannot be loaded */
export async function replayOf(recording: Recording): Promise<Replay | undefined> {
  const { run, startMs, arrivals } = recording;
  const { values } = withScheduling(readOptions(SCHEDULING_OPTIONS, []).values, run.scheduling);
  const policy = await makePolicy(run.policy, policyOptionsOf(values)).catch(() => undefined);
  if (policy === undefined) return undefined;
  const limits = timedLimitsIn(recording);
  const options = { policy, limits: limits[0]?.limits ?? limitsIn(run), ...schedulerOptionsOf(values) };
  const rounds = arrivals.length > LONG ? 1 : FITS;
  return async (how) => {
    let sumMs = 0;
    for (let round = 0; round < rounds; round++) {
      const random = (of: string) => seededRandom(`replay/${of}/${round}`);
      const recorder = new ChainTimes();
      const scheduler = new Scheduler({ ...options, random: random("scheduler") });
      const simulation = new Simulation({
        ...how,
        scheduler,
        recorder,
        limits,
        startMs,
        random: random("provider"),
      });
      while (simulation.advance(INSTANTS_PER_SLICE)) await turn();
      sumMs += recorder.meanMs;
    }
    return sumMs / rounds;
  };
}

/** The limit of the provider's under which the chains of the run, as it was, take as long as they took. */
export async function limitOfProvider(
  { arrivals, chainMs }: Recording,
  found: FittedLimit,
  replay: Replay | undefined,
): Promise<number> {
  if (replay === undefined) return found.limit;
  const { refusalMs } = found;
  return await fitLimit(
    found,
    chainMs,
    async (limit) =>
      await replay({ arrivals, refusalMs, profile: await profileOf(profileText({ ...found, limit })) }),
  );
}

/** The arrivals of a run, with what calls took to start so that its chains, as it was, take as long as they took. */
export async function arrivalsAsBusy(
  { arrivals, chainMs, slower }: Recording,
  replay: Replay | undefined,
): Promise<readonly Arrival[]> {
  if (replay === undefined) return arrivals;
  const profile = await profileOf();
  return slower(await fitDelay(chainMs, (moreMs) => replay({ arrivals: slower(moreMs), profile })));
}

/** The limits of a recorded run, on one platform. */
export function limitsIn({ limits = {} }: RunInfo): Limits {
  const { platforms: _, ...others } = limits as Limits;
  return others;
}

/**
 * Limits in the course of time, with what a recorded run had found out; none if its log does not tell.
 *
 * @param others the limits beside the global one. (Default: those of the run)
 */
export function timedLimitsIn(
  { run, limits }: Pick<Recording, "run" | "limits">,
  others = limitsIn(run),
): readonly TimedLimits[] {
  return limits.map(({ atMs, limit }) => ({
    atMs,
    limits: withPossibleFloors({ ...others, global: limit, fixed: true }),
  }));
}

/** The profile of a provider that refuses calls above a limit. */
export function profileText({ limit, retryAfterMs }: Pick<FittedLimit, "limit" | "retryAfterMs">): string {
  return `hard-limit,limit=${limit},cold=0ms` +
    (retryAfterMs > 0 ? `,retryafter=${Math.round(retryAfterMs)}ms` : "");
}
