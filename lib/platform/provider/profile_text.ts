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
  parsePositiveDuration,
  parseRate,
} from "../../model/mod.ts";
import { PlatformError } from "../platform.ts";
import { type Profile, profileNames, PROFILES } from "./profile.ts";

/** A number of a profile as the command line writes it. */
interface Parameter {
  /** What values look like; each can be read. */
  readonly form: string;
  readonly help: string;
  readonly read: (text: string) => Partial<Profile>;
  /** Another parameter without which this one says nothing, and whether a profile is without it. */
  readonly needs?: { readonly key: string; readonly isMissing: (profile: Profile) => boolean };
}

const BURST = { key: "burst", isMissing: ({ burst }: Profile) => burst === Infinity };
const COLLAPSE = { key: "collapse", isMissing: ({ collapseTo }: Profile) => collapseTo === 1 };

const PARAMETERS: Readonly<Record<string, Parameter>> = {
  limit: {
    form: "100|none",
    help: "most functions that run at once; others wait or are refused with 429",
    read: (text) => ({ limit: orNone(text, parseCount) }),
  },
  queue: {
    form: "1000|none",
    help: "most HTTP calls that wait; none: those that cannot start are refused",
    read: (text) => ({ queue: noneIs(0, text, parseCount) }),
  },
  retryafter: {
    form: "1s",
    help: "what a refused caller is told to wait",
    read: (text) => ({ retryAfterMs: parseDuration(text) }),
  },
  cold: {
    form: "200ms|150ms/500ms",
    help: "how long a new container takes: always, or the median and the 99th percentile",
    read: (text) => ({ coldStart: readColdStart(text) }),
  },
  keepalive: {
    form: "10m",
    help: "how long an idle container is kept",
    read: (text) => ({ keepAliveMs: parseDuration(text) }),
  },
  burst: {
    form: "500|none",
    help: "containers that can be made at once, after a rest",
    read: (text) => ({ burst: orNone(text, parseCount) }),
  },
  ramp: {
    form: "500/m",
    help: "containers that can be made beyond the burst (default 500/m)",
    read: (text) => ({ rampPerS: parseRate(text) }),
    needs: BURST,
  },
  backgroundqueue: {
    form: "10000|none",
    help: "most background calls that wait; none: those that cannot start are refused",
    read: (text) => ({ backgroundQueue: noneIs(0, text, parseCount) }),
  },
  backgroundshare: {
    form: "0.5",
    help: "background calls start only while less than this part of the limit runs",
    read: (text) => ({ backgroundShare: readPart(text) }),
  },
  backgroundrate: {
    form: "50|none",
    help: "background calls that start per second, at most",
    read: (text) => ({ backgroundPerS: orNone(text, parseRate) }),
  },
  httpfirst: {
    form: "yes|no",
    help: "whether background calls wait until no HTTP call does (default yes)",
    read: (text) => ({ httpFirst: readYesNo(text) }),
  },
  collapse: {
    form: "0.25|none",
    help: "the part of the limit that is left after an overload",
    read: (text) => ({ collapseTo: noneIs(1, text, readPart) }),
  },
  overload: {
    form: "1.5",
    help: "the load that is one, in limits: running, waiting and refused in a second (default 1.5)",
    read: (text) => ({ overload: readFactor(text) }),
    needs: COLLAPSE,
  },
  collapseafter: {
    form: "2s",
    help: "how long an overload lasts before the limit collapses (default 2s)",
    read: (text) => ({ collapseAfterMs: parseDuration(text) }),
    needs: COLLAPSE,
  },
  recovery: {
    form: "1m",
    help: "how long the limit takes to be itself again, without overload (default 1m)",
    read: (text) => ({ recoveryMs: parsePositiveDuration(text) }),
    needs: COLLAPSE,
  },
  speed: {
    form: "10",
    help: "how many times as fast functions without a body run",
    read: (text) => ({ speed: parseRate(text) }),
  },
};

/**
 * Reads a profile as the command line names it: a name and parameters that override its numbers, for example
 * `hard-limit,limit=50,cold=150ms/500ms,keepalive=1m,retryafter=1s,speed=10`.
 *
 * @throws {PlatformError} if a name or a value is none, or a parameter says nothing without another
 */
export function parseProfile(text: string): Profile {
  const [name = "", ...overrides] = text.split(",");
  const base = PROFILES.find((profile) => profile.name === name);
  if (base === undefined) {
    throw new PlatformError(
      "unknown-profile",
      `Cannot find the profile "${name}"${hint(name, profileNames())} ` +
        `Choose from ${profileNames().join(", ")}`,
    );
  }
  const read = overrides.map((override) => readOverride(text, override));
  const profile: Profile = Object.assign({}, base, ...read.map(({ part }) => part));
  for (const { override, needs } of read) {
    if (needs?.isMissing(profile)) {
      throw badProfile(text, override, `: it says nothing without ${needs.key}=…`);
    }
  }
  return profile;
}

interface Override {
  readonly override: string;
  readonly part: Partial<Profile>;
  readonly needs: Parameter["needs"];
}

function readOverride(profile: string, override: string): Override {
  const [key = "", ...rest] = override.split("=");
  const parameter = Object.hasOwn(PARAMETERS, key) ? PARAMETERS[key] : undefined;
  if (parameter === undefined) {
    const keys = Object.keys(PARAMETERS);
    throw badProfile(profile, override, `${hint(key, keys)} Choose from ${keys.join(", ")}`);
  }
  if (rest.length === 0) {
    throw badProfile(profile, override, `. Write ${key}=${parameter.form.replace("|", ` or ${key}=`)}`);
  }
  try {
    return { override, part: parameter.read(rest.join("=")), needs: parameter.needs };
  } catch (cause) {
    throw badProfile(profile, override, `: ${(cause as Error).message}`, { cause });
  }
}

/** The parameters of a profile, with examples of their values, and what each says. */
export function profileParameters(): (readonly [form: string, help: string])[] {
  return Object.entries(PARAMETERS).map(([key, { form, help }]) => [`${key}=${form}`, help] as const);
}

/** The built-in profiles, and what each does. */
export function profileSummaries(): (readonly [name: string, words: string])[] {
  return PROFILES.map((profile) => [profile.name, numbersOf(profile)] as const);
}

function badProfile(profile: string, override: string, why: string, options?: ErrorOptions): PlatformError {
  return new PlatformError(
    "bad-profile",
    `Cannot use "${override}" in the profile ${profile}${why}`,
    options,
  );
}

/** The end of a sentence about a word that is none of some words. */
function hint(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? "." : `; did you mean "${near}"?`;
}

function noneIs(none: number, text: string, read: (text: string) => number): number {
  return text === "none" ? none : read(text);
}

function orNone(text: string, read: (text: string) => number): number {
  return noneIs(Infinity, text, read);
}

/** A time, or the median and the 99th percentile of a log-normal one. */
function readColdStart(text: string): Distribution {
  const [median = "", p99] = text.split("/");
  return p99 === undefined ? constant(median) : lognormal(median, p99);
}

function readPart(text: string): number {
  const part = Number(text);
  if (text.trim() !== "" && part > 0 && part <= 1) return part;
  throw new RangeError(
    `Cannot use the part "${text}": write a number above 0 and at most 1, for example 0.5`,
  );
}

function readFactor(text: string): number {
  const factor = Number(text);
  if (factor >= 1 && factor < Infinity) return factor;
  throw new RangeError(`Cannot use the factor "${text}": write a number of at least 1, for example 1.5`);
}

function readYesNo(text: string): boolean {
  if (text === "yes" || text === "no") return text === "yes";
  throw new SyntaxError(`Cannot read "${text}". Write yes or no`);
}

/** A profile in words, for people. */
export function profileWords(profile: Profile): string {
  return `${profile.name} (${numbersOf(profile)})`;
}

/** What a provider does, as far as it differs from an ideal one. */
function numbersOf(profile: Profile): string {
  const { limit, queue, burst, rampPerS, backgroundQueue, backgroundShare, collapseTo } = profile;
  const cold = meanMs(checkDistribution(profile.coldStart));
  const words = [
    `limit ${limit === Infinity ? "none" : limit}`,
    `cold start ${cold === 0 ? "none" : formatDuration(cold)}`,
  ];
  if (queue > 0) words.push(`queue ${queue}`);
  if (burst < Infinity) words.push(`burst ${burst}, then ${Math.round(rampPerS * 60)} a minute`);
  if (backgroundQueue > 0) words.push(`background queue ${backgroundQueue}`);
  if (backgroundShare < 1) words.push(`background share ${backgroundShare}`);
  if (collapseTo < 1) words.push(`collapses to ${collapseTo}`);
  return words.join(", ");
}
