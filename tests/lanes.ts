/**
 * The lanes in which the tests are run: `deno task test:quick`, `test` and `test:all`. A lane leaves out files that need more
 * than it promises, and gives repeated tests (properties, kills, simulations) a share of their full number of runs.
 *
 * The environment of a test says where it runs:
 *
 * - `LANE`: the name of the lane. (Default: none; then tests run in full, and skip what this machine has no program for.)
 * - `RUNS`, a positive number: multiplies the number of runs of every repeated test. (Default: 1)
 * - `PROGRAM`: the folder of the program as it is shipped (`tools/program.ts`), which starts in half of the time that its
 *   sources take; a lane makes it once. (Default: tests run the sources)
 */

/** A reason to leave files out of a lane. */
interface Kind {
  readonly what: string;
  readonly paths: RegExp;
}

const BROKER: Kind = { what: "need a Kafka broker", paths: /^tests\/(kafka\/|(e2e|queue)\/kafka_)/ };
const COMPARISONS: Kind = {
  what: "compare many runs by statistics",
  paths: /^(tests\/report\/confidence|paper\/related\/figures)_test\.ts$/,
};
const PROCESSES: Kind = {
  what: "run the programs as processes, or packages as installed",
  paths: /^tests\/((e2e|npm|wrap)\/|queue\/sqlite_processes)/,
};
const MANUAL: Kind = { what: "run the commands of the manual", paths: /^tests\/e2e\/manual_test/ };
const INSTALLS: Kind = {
  what: "make packages and install them",
  paths: /^tests\/(npm\/|e2e\/clients_edge_test)/,
};
const LONG: Kind = {
  what: "take long, whatever the number of runs",
  paths:
    /^(lib\/expression\/hostile|tests\/(api|scheduler\/(adaptive_limit|ceiling)|paper\/figures))_test\.ts$/,
};

const BROWSER: Kind = { what: "look at pages in a browser", paths: /^tests\/browser\// };

/** The tests of a lane. */
export interface Lane {
  /** The part of their full number of runs that repeated tests make; above 0, at most 1. */
  readonly share: number;
  /** The kinds of files that it leaves out. */
  readonly without: readonly Kind[];
  /** Whether tests have their temporary files in memory, if there is room, and not on a disk. */
  readonly inMemory: boolean;
  /** Files of unit tests that share a process at most, above 0. */
  readonly together: number;
  /** Whether a test fails, instead of being skipped, if this machine lacks a program that it needs. */
  readonly needsAll: boolean;
}

export const LANES: Readonly<Record<string, Lane>> = {
  quick: {
    share: 0.05,
    without: [BROKER, PROCESSES, COMPARISONS, LONG, BROWSER],
    inMemory: true,
    together: 24,
    needsAll: false,
  },
  test: {
    share: 0.25,
    without: [BROKER, MANUAL, INSTALLS, COMPARISONS, BROWSER],
    inMemory: true,
    together: 12,
    needsAll: false,
  },
  all: { share: 1, without: [], inMemory: false, together: 1, needsAll: true },
};

/** Without a lane: a file that somebody has named. */
const NONE: Lane = { share: 1, without: [], inMemory: false, together: 1, needsAll: false };

type Environment = Readonly<Record<string, string>>;

/** The lane that an environment names. @throws {RangeError} if there is none of that name */
export function laneOf({ LANE }: Environment): Lane {
  if (LANE === undefined) return NONE;
  const lane = LANES[LANE];
  if (lane === undefined) {
    throw new RangeError(`Cannot run lane "${LANE}": there are ${Object.keys(LANES).join(", ")}`);
  }
  return lane;
}

/** Whether a file needs the broker, which one file at a time has to itself. */
export function needsBroker(path: string): boolean {
  return BROKER.paths.test(path);
}

/** Whether a file needs a process of its own: others share one (see `Lane.together`). */
export function runsAlone(path: string): boolean {
  return [BROKER, PROCESSES, BROWSER, COMPARISONS, LONG].some(({ paths }) => paths.test(path));
}

/** Whether a file runs the program as a process, most of them many times. */
export function runsProgram(path: string): boolean {
  return /^tests\/(e2e|wrap|browser)\//.test(path);
}

/**
 * The number of runs that a repeated test makes, at least 1.
 *
 * @param full the number in full
 * @throws {RangeError} if RUNS is no positive number
 */
export function runs(full: number, env: Environment = Deno.env.toObject()): number {
  const factor = Number(env.RUNS ?? 1);
  if (!(factor > 0 && factor < Infinity)) {
    throw new RangeError(`Cannot read RUNS: "${env.RUNS}" is no positive number`);
  }
  return Math.max(1, Math.round(full * laneOf(env).share * factor));
}

/**
 * The cases that a lane has time for, of a list whose cases take long: all in full, otherwise a share of them, at least one,
 * others each time.
 *
 * @param random from 0 to below 1
 */
export function chosen<T>(cases: readonly T[], env?: Environment, random: () => number = Math.random): T[] {
  let wanted = Math.min(cases.length, runs(cases.length, env));
  return cases.filter((_, i) => {
    const isChosen = random() * (cases.length - i) < wanted;
    if (isChosen) wanted--;
    return isChosen;
  });
}

/**
 * Registers a test in place of those that this machine cannot run. It says why, and is ignored; in the lane that runs
 * everything it fails.
 *
 * @param reason what is missing, and what to do, without a period
 */
export function skipped(name: string, reason: string): void {
  Deno.test({
    name: `${name} (skipped: ${reason})`,
    ignore: !laneOf(Deno.env.toObject()).needsAll,
    fn: () => {
      throw new Error(`Cannot skip in the lane that runs everything: ${reason}`);
    },
  });
}
