import {
  checkDistribution,
  constant,
  type Distribution,
  formatDuration,
  lognormal,
  meanMs,
  nearest,
  parseCount,
  parseDuration,
  parseRate,
} from "../model/mod.ts";
import { PlatformError } from "./platform.ts";

/** How a provider behaves; each number can be overridden on the command line. */
export interface Profile {
  readonly name: string;
  /** Most functions that run at once; more are refused with 429. Infinity: none are. */
  readonly limit: number;
  /** How long a new container takes before it runs a function. */
  readonly coldStart: Distribution;
  /** How long an idle container is kept, in milliseconds. */
  readonly keepAliveMs: number;
  /** What a refused caller is told to wait, in milliseconds; 0: nothing. */
  readonly retryAfterMs: number;
  /** How many times as fast as declared functions without a body run. */
  readonly speed: number;
}

const PROFILES: readonly Profile[] = [
  /** No limits, no cold starts: what a scheduler does without a provider's quirks. */
  {
    name: "ideal",
    limit: Infinity,
    coldStart: constant(0),
    keepAliveMs: Infinity,
    retryAfterMs: 0,
    speed: 1,
  },
  /**
   * A hard concurrency limit, as the SoCC'20 paper found it at AWS Lambda and OpenWhisk: what exceeds it is refused, also
   * in the middle of a chain. Cold starts as usual for Node.js and Python (100–500 ms).
   */
  {
    name: "hard-limit",
    limit: 100,
    coldStart: lognormal("150ms", "500ms"),
    keepAliveMs: 600_000,
    retryAfterMs: 0,
    speed: 1,
  },
];

const PARAMETERS: Readonly<Record<string, (text: string) => Partial<Profile>>> = {
  limit: (text) => ({ limit: text === "none" ? Infinity : parseCount(text) }),
  cold: (text) => ({ coldStart: constant(text) }),
  keepalive: (text) => ({ keepAliveMs: parseDuration(text) }),
  retryafter: (text) => ({ retryAfterMs: parseDuration(text) }),
  speed: (text) => ({ speed: parseRate(text) }),
};

/** The names of the built-in profiles. */
export function profileNames(): string[] {
  return PROFILES.map(({ name }) => name);
}

/**
 * Reads a profile as the command line names it: a name and parameters that override its numbers, for example
 * `hard-limit,limit=50,cold=0ms,keepalive=1m,retryafter=1s,speed=10`.
 *
 * @throws {PlatformError} if a name or a value is none
 */
export function parseProfile(text: string): Profile {
  const [name = "", ...overrides] = text.split(",");
  const base = PROFILES.find((profile) => profile.name === name);
  if (base === undefined) {
    const hint = nearest(name, profileNames());
    throw new PlatformError(
      "unknown-profile",
      `Cannot find the profile "${name}"${hint === undefined ? "" : `; did you mean "${hint}"?`}. ` +
        `Choose from ${profileNames().join(", ")}`,
    );
  }
  return Object.assign({}, base, ...overrides.map((override) => readParameter(text, override)));
}

function readParameter(profile: string, text: string): Partial<Profile> {
  const [key = "", value] = text.split("=");
  const read = Object.hasOwn(PARAMETERS, key) ? PARAMETERS[key] : undefined;
  if (read === undefined || value === undefined) {
    const known = Object.keys(PARAMETERS).map((name) => `${name}=…`).join(", ");
    throw new PlatformError("bad-profile", `Cannot use "${text}" in the profile ${profile}. Write ${known}`);
  }
  try {
    return read(value);
  } catch (cause) {
    throw new PlatformError(
      "bad-profile",
      `Cannot use "${text}" in the profile ${profile}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/** A profile in words, for people. */
export function profileWords({ name, limit, coldStart }: Profile): string {
  const cold = meanMs(checkDistribution(coldStart));
  return `${name} (limit ${limit === Infinity ? "none" : limit}, cold start ${
    cold === 0 ? "none" : formatDuration(cold)
  })`;
}
