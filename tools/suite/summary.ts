import type { Case } from "./junit.ts";

/** The result of a file of tests. */
export interface FileResult {
  readonly path: string;
  readonly seconds: number;
  /** Seconds of the processor, of all that it has started, too; undefined: not known. */
  readonly cpuSeconds?: number;
  readonly tests: readonly Case[];
  /** Why it failed as a whole, beside its tests: it could not be loaded, took too long, or was never begun. */
  readonly fault?: string;
}

const SLOWEST = 20;

/** The fault of a file that was to be run, and was not. */
export const NOT_BEGUN = "not begun in time";

/** Whether nothing failed. */
export function isWell({ fault, tests }: FileResult): boolean {
  return fault === undefined && tests.every(({ state }) => state !== "failed");
}

/** A line for a file that has ended. */
export function lineOf(result: FileResult): string {
  const { path, seconds, tests, fault } = result;
  const count = (state: Case["state"]) => tests.filter((test) => test.state === state).length;
  const counts = [
    ...fault === undefined ? [] : [fault],
    `${count("passed")} passed`,
    ...count("failed") > 0 ? [`${count("failed")} failed`] : [],
    ...count("ignored") > 0 ? [`${count("ignored")} skipped`] : [],
  ];
  return `${isWell(result) ? "ok" : "FAILED"}  ${shown(seconds)}  ${path}  ${counts.join(", ")}`;
}

/** The lines at the end: what took longest and most, what was skipped and why, what failed, and the counts. */
export function summaryOf(
  results: readonly FileResult[],
  leftOut: ReadonlyMap<string, number>,
  seconds: number,
): string[] {
  const tests = results.flatMap(({ path, tests }) => tests.map((test) => ({ ...test, path })));
  const of = (state: Case["state"]) => tests.filter((test) => test.state === state);
  const faulty = Map.groupBy(
    results.filter(({ fault }) => fault !== undefined),
    ({ fault }) => fault === NOT_BEGUN,
  );
  const faults = (faulty.get(false) ?? []).map(({ path, fault }) => `${path}: ${fault}`);
  const late = faulty.get(true)?.map(({ path }) => path) ?? [];
  const failed = of("failed").map(({ path, name }) => `${path}: ${name}`);
  const slowest = tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  const costly = results.toSorted((a, b) => cpuOf(b) - cpuOf(a)).slice(0, SLOWEST);
  const cpuSeconds = results.reduce((sum, result) => sum + cpuOf(result), 0);
  return [
    ...section(
      "Most of the processor",
      costly.filter((result) => cpuOf(result) > 0).map((result) => `${shown(cpuOf(result))}  ${result.path}`),
    ),
    ...section("Slowest", slowest.map(({ path, name, seconds }) => `${shown(seconds)}  ${path}: ${name}`)),
    ...section("Skipped", [
      ...of("ignored").map(({ path, name }) => `${path}: ${name}`),
      ...[...leftOut].map(([what, count]) => `${count} files that ${what}: deno task test:all runs them`),
    ]),
    ...section("Failed", [
      ...faults,
      ...failed,
      ...late.length > 0 ? [`${NOT_BEGUN}: ${late.join(", ")}`] : [],
    ]),
    "",
    `${of("passed").length} passed, ${faults.length + failed.length + late.length} failed, ${
      of("ignored").length
    } skipped, in ${shown(seconds).trim()}${
      cpuSeconds > 0 ? ` (${shown(cpuSeconds).trim()} of the processor)` : ""
    }`,
  ];
}

function cpuOf({ cpuSeconds = 0 }: FileResult): number {
  return cpuSeconds;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function shown(seconds: number): string {
  return `${seconds.toFixed(1).padStart(6)} s`;
}
