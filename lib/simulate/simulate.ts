import type { JsonObject } from "../model/mod.ts";
import { DEFAULT_POLICY, type Policy, policyOf, type PolicyOptions } from "../policies/mod.ts";
import { loadOf, type LoadOptions } from "../produce/mod.ts";
import { parseProfile } from "../provider/mod.ts";
import { type Recorder, RUN_SCHEMA, type RunEvent } from "../record/mod.ts";
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
  /** The number of items of each map, from 1, as functions answer nothing here. (Default: 1) */
  readonly items?: number;
}

/** The policy of a run without Sequoia. */
const NO_POLICY = "none";

/**
 * Runs a load in virtual time: the scheduler that consumers have, and a model of the provider. It begins at the instant 0.
 *
 * @returns what happens, in the order of time, as a run log has it; a load without an end goes on for ever
 * @throws {PolicyError} if there is no such policy, or it answers what it must not
 * @throws {ProfileError} if the profile is none
 * @throws {RangeError} if the limits cannot be met
 */
export function* simulate(
  { policy = DEFAULT_POLICY, policyOptions = {}, limit = DEFAULT_LIMIT, limits: others, ...rest }:
    SimulateOptions,
): Generator<RunEvent> {
  const load = loadOf(rest), { seed } = load, { items = 1 } = rest;
  const profile = parseProfile(rest.profile ?? "ideal");
  const isBaseline = policy === NO_POLICY;
  const limits: Limits = isBaseline ? {} : { ...others, global: limit };
  checkFloors(limits);
  const events: RunEvent[] = [];
  const scheduling = isBaseline
    ? undefined
    : { policy: typeof policy === "string" ? policyOf(policy, policyOptions) : policy, limits };
  const { simulation } = seededSimulation({
    ...{ seed, scheduling, profile, items },
    arrivals: plannedArrivals(load),
    recorder: recorderInto(events),
  });
  yield {
    type: "run",
    schema: RUN_SCHEMA,
    command: "simulate",
    version: "embedded",
    policy: typeof policy === "string" ? policy : "own",
    limits: limits as JsonObject,
    platform: profile.name,
    seed,
    startedAtMs: 0,
  };
  for (let goesOn = true; goesOn;) {
    goesOn = simulation.advance(1);
    yield* events.splice(0); // what one instant brings, so that no run is held in memory
  }
}

function recorderInto(events: RunEvent[]): Recorder {
  return {
    attempt: (event) => events.push({ type: "attempt", ...event }),
    functionRun: (event) => events.push({ type: "functionRun", ...event }),
    submit: (event) => events.push({ type: "submit", ...event }),
    end: (event) => events.push({ type: "end", ...event }),
    counter: (event) => events.push({ type: "counter", ...event }),
  };
}
