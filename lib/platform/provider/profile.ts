import { constant, type Distribution, lognormal } from "../../model/mod.ts";

/**
 * How a provider behaves. Any combination makes sense, and each number can be overridden on the command line (see
 * {@linkcode parseProfile}).
 */
export interface Profile {
  /** What the command line calls it. */
  readonly name: string;
  /** Most functions that run at once; Infinity: any number. */
  readonly limit: number;
  /** Most HTTP calls that wait when they cannot start (a soft limit); more are refused with 429. 0: none waits. */
  readonly queue: number;
  /** What a refused caller is told to wait, in milliseconds; 0: nothing. */
  readonly retryAfterMs: number;
  /** How long a new container takes before it runs a function. */
  readonly coldStart: Distribution;
  /** How long an idle container is kept, in milliseconds. */
  readonly keepAliveMs: number;
  /** Containers that can be made at once after a rest; Infinity: no ramp. */
  readonly burst: number;
  /** Containers that can be made beyond the burst, per second. */
  readonly rampPerS: number;
  /** Most background calls that wait when they cannot start; more are refused with 429. 0: none waits. */
  readonly backgroundQueue: number;
  /** Background calls start only while less than this part of the limit runs, in (0, 1]; the rest is kept for HTTP. */
  readonly backgroundShare: number;
  /** Background calls that the provider takes from their queue, per second; Infinity: as they can start. */
  readonly backgroundPerS: number;
  /** Whether no background call leaves its queue while an HTTP call waits; else they go in the order they came. */
  readonly httpFirst: boolean;
  /** The part of the limit that is left after a collapse, in (0, 1]; 1: the provider does not collapse. */
  readonly collapseTo: number;
  /** The load, as a multiple of the limit, above which the provider is overloaded. */
  readonly overload: number;
  /** How long an overload lasts until the limit collapses, in milliseconds. */
  readonly collapseAfterMs: number;
  /** How long the limit takes back from its lowest to its full value, without overload, in milliseconds. */
  readonly recoveryMs: number;
  /** How many times as fast as declared functions without a body run. */
  readonly speed: number;
}

/** No limits, no cold starts: what a scheduler does without a provider's quirks. */
const IDEAL: Profile = {
  name: "ideal",
  limit: Infinity,
  queue: 0,
  retryAfterMs: 0,
  coldStart: constant(0),
  keepAliveMs: Infinity,
  burst: Infinity,
  // AWS Lambda until 2023: https://docs.aws.amazon.com/lambda/latest/operatorguide/scaling-concurrency.html
  rampPerS: 500 / 60,
  backgroundQueue: 0,
  backgroundShare: 1,
  backgroundPerS: Infinity,
  httpFirst: true,
  collapseTo: 1,
  overload: 1.5,
  collapseAfterMs: 2000,
  recoveryMs: 60_000,
  speed: 1,
};

/**
 * A hard concurrency limit, as the SoCC'20 paper found it at AWS Lambda and OpenWhisk: what exceeds it is refused, also
 * in the middle of a chain. Cold starts as usual for Node.js and Python (100–500 ms).
 */
const HARD_LIMIT: Profile = {
  ...IDEAL,
  name: "hard-limit",
  limit: 100,
  coldStart: lognormal("150ms", "500ms"),
  keepAliveMs: 600_000,
};

/** The built-in profiles. */
export const PROFILES: readonly Profile[] = [
  IDEAL,
  HARD_LIMIT,
  /**
   * Burst intolerance (paper): a burst is refused although the limit would allow it. The numbers are those that AWS
   * documented until 2023 for most regions: 500 at once, 500 more a minute, up to 1,000.
   */
  { ...HARD_LIMIT, name: "ramp", limit: 1000, burst: 500 },
  /**
   * HTTP prioritisation (paper: AWS and Azure, undocumented): calls wait at the provider, background ones, as the
   * successors in a chain are, behind all HTTP calls and with half of the places only. How large the half is, is our
   * choice.
   */
  { ...HARD_LIMIT, name: "background", queue: 1000, backgroundQueue: 10_000, backgroundShare: 0.5 },
  /**
   * Concurrency collapse (paper: AWS): after the limit was reached, concurrency fell and did not come back for a while.
   * How far and how long is our choice; {@linkcode Ceiling} has the formula.
   */
  { ...HARD_LIMIT, name: "collapse", collapseTo: 0.25 },
];

/** The names of the built-in profiles. */
export function profileNames(): string[] {
  return PROFILES.map(({ name }) => name);
}
