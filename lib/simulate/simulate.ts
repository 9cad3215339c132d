import type { Distribution, JsonObject } from "../model/mod.ts";
import { DEFAULT_POLICY, type Policy, policyOf, type PolicyOptions } from "../policies/mod.ts";
import { loadOf, type LoadOptions } from "../produce/mod.ts";
import { parseProfile, queues } from "../provider/mod.ts";
import { priced, type Recorder, RUN_SCHEMA, type RunEvent } from "../record/mod.ts";
import { checkFloors, DEFAULT_LIMIT, type Limits } from "../scheduler/mod.ts";
import { plannedArrivals } from "./planned.ts";
import { seededSimulation } from "./seeded.ts";

/** A simulated run: a load, a provider, and the scheduling between them. */
export interface SimulateOptions extends LoadOptions {
  /** The built-in policies, joined by `+`, or one of your own; `"none"`: functions trigger each other. (Default: running-first) */
  readonly policy?: string | Policy;
  /** Options of built-in policies beside their names. (Default: none) */
  readonly policyOptions?: PolicyOptions;
  /** The most functions in flight; `"auto"`: as many as the provider runs at once. (Default: 1000) */
  readonly limit?: number | "auto";
  /** Other limits, of functions, chains and labels, and rates. (Default: none) */
  readonly limits?: Omit<Limits, "global">;
  /** The provider's behaviour: `hard-limit,limit=50`. (Default: ideal) */
  readonly profile?: string;
  /** Several providers instead, by name: each call is placed on one of them, as the policy says. (Default: none) */
  readonly platforms?: Readonly<Record<string, SimulatedPlatform>>;
  /** The times that functions really take, by name, where they are not those that are declared. (Default: none) */
  readonly trueTimes?: ReadonlyMap<string, Distribution>;
  /** The number of items of each map, from 1, as functions answer nothing here. (Default: 1) */
  readonly items?: number;
}

/** One of several simulated providers. */
export interface SimulatedPlatform {
  /** Its behaviour: `hard-limit,limit=50`. (Default: ideal) */
  readonly profile?: string;
  /** Most attempts in flight there. (Default: as many as it runs at once) */
  readonly limit?: number;
  /** The price of a call there, in any currency. (Default: 0) */
  readonly price?: number;
  /** The price of a millisecond of run time there, in the same currency. (Default: 0) */
  readonly pricePerMs?: number;
}

/** The end of a simulated run. */
export interface SimulationEnd {
  /** The containers that the providers made, also those that no call needed. */
  readonly containers: number;
}

/** The policy of a run without Sequoia. */
const NO_POLICY = "none";

/**
 * Runs a load in virtual time: the scheduler that consumers have, and a model of the provider. It begins at the instant 0.
 *
 * @returns what happens, in the order of time, as a run log has it, and in the end what no log has; a load without an end goes
 *   on for ever
 * @throws {PolicyError} if there is no such policy, or it answers what it must not
 * @throws {ProfileError} if the profile is none
 * @throws {RangeError} if the limits cannot be met, or there are several providers and no policy
 */
export function* simulate(
  { policy = DEFAULT_POLICY, policyOptions = {}, limit = DEFAULT_LIMIT, limits: others, ...rest }:
    SimulateOptions,
): Generator<RunEvent, SimulationEnd> {
  const load = loadOf(rest), { seed } = load, { items = 1 } = rest;
  const profile = parseProfile(rest.profile ?? "ideal"), attached = Object.entries(rest.platforms ?? {});
  const isBaseline = policy === NO_POLICY;
  if (isBaseline && attached.length > 0) {
    throw new RangeError("Cannot simulate several platforms without a policy: nothing places calls there");
  }
  const limits: Limits = isBaseline ? {} : { ...others, ...limitsOf(attached), global: limit };
  checkFloors(limits);
  const events: RunEvent[] = [];
  const platforms = attached.map(([name, { price = 0, pricePerMs = 0 }]) => ({ name, price, pricePerMs }));
  const scheduling = isBaseline ? undefined : {
    policy: typeof policy === "string" ? policyOf(policy, policyOptions) : policy,
    limits,
    platforms,
  };
  const { simulation } = seededSimulation({
    ...{ seed, scheduling, profile, items },
    platforms: new Map(attached.map(([name, { profile = "ideal" }]) => [name, parseProfile(profile)])),
    arrivals: plannedArrivals(load, 0, rest.trueTimes),
    recorder: priced(recorderInto(events), platforms),
  });
  yield {
    type: "run",
    schema: RUN_SCHEMA,
    command: "simulate",
    version: "embedded",
    policy: typeof policy === "string" ? policy : "own",
    limits: limits as JsonObject,
    scheduling: schedulingOf(policyOptions),
    platform: attached.length === 0 ? profile.name : attached.map(([name]) => name).join(", "),
    ...isBaseline && { queue: queues(profile) ? "provider" : "none" },
    seed,
    startedAtMs: 0,
  };
  for (let goesOn = true; goesOn;) {
    goesOn = simulation.advance(1);
    yield* events.splice(0); // what one instant brings, so that no run is held in memory
  }
  return { containers: simulation.containers };
}

type Attached = readonly (readonly [name: string, platform: SimulatedPlatform])[];

function limitsOf(attached: Attached): Pick<Limits, "platforms"> {
  const known = attached.flatMap(([name, { limit }]) => limit === undefined ? [] : [[name, limit] as const]);
  return known.length === 0 ? {} : { platforms: Object.fromEntries(known) };
}

/** The options of the policy as run logs have them, by the names of the command line. */
function schedulingOf({ by, ageingMs, weights }: PolicyOptions): JsonObject {
  return {
    ...by !== undefined && { by },
    ...ageingMs !== undefined && { ageing: ageingMs },
    ...weights !== undefined && weights.size > 0 && { weight: [...weights] },
  };
}

function recorderInto(events: RunEvent[]): Recorder {
  return {
    attempt: (event) => events.push({ type: "attempt", ...event }),
    functionRun: (event) => events.push({ type: "functionRun", ...event }),
    submit: (event) => events.push({ type: "submit", ...event }),
    end: (event) => events.push({ type: "end", ...event }),
    counter: (event) => events.push({ type: "counter", ...event }),
    setting: (event) => events.push({ type: "setting", ...event }),
  };
}
