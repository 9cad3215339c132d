/**
 * A property that fails says how it is played again, and the environment may choose what is played:
 *
 * - `SEED`, a whole number: the seed that a failure has named
 * - `FC_PATH`, digits and colons: the path that it has named; only together with `SEED`
 * - `RUNS`, a positive number: multiplies each property's own number of runs, after the lane's share (see
 *   tests/lanes.ts)
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check/plain";
import { runs } from "../lanes.ts";

export * from "fast-check/plain";
export { string } from "./strings.ts";

/** Checks a property, as fast-check does. @throws {Error} with the seed, the path and the counterexample, if it does not hold */
export function assert<T>(property: fc.IAsyncProperty<T>, parameters?: fc.Parameters<T>): Promise<void>;
export function assert<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void;
export function assert<T>(
  property: fc.IRawProperty<T>,
  parameters: fc.Parameters<T> = {},
): void | Promise<void> {
  const file = testFile(new Error().stack);
  const reporter = (details: fc.RunDetails<T>) => report(details, file);
  return fc.assert(property, { ...parameters, ...chosen(parameters, Deno.env.toObject()), reporter });
}

/** The runs of a property that names no number of its own. */
const RUNS_IN_FULL = 100;

/** The parameters of a property that the environment chooses. Its examples, and one case more, are tried in any case. */
export function chosen<T>(
  { numRuns = RUNS_IN_FULL, examples = [] }: fc.Parameters<T>,
  env: Readonly<Record<string, string>>,
): Pick<fc.Parameters, "seed" | "path" | "numRuns" | "endOnFailure"> {
  const { SEED, FC_PATH } = env;
  if (SEED !== undefined && !/^-?\d+$/.test(SEED)) {
    throw new RangeError(`Cannot read SEED: "${SEED}" is no whole number`);
  }
  if (FC_PATH !== undefined && SEED === undefined) {
    throw new RangeError("Cannot play FC_PATH: there is no SEED. Set both, as the failure has named them");
  }
  return {
    numRuns: Math.max(runs(numRuns, env), examples.length + 1),
    ...SEED !== undefined && { seed: Number(SEED) },
    ...FC_PATH !== undefined && { path: FC_PATH, endOnFailure: true },
  };
}

/** The test that a stack comes from, as a path that can be given to `deno test`. */
function testFile(stack = ""): string {
  const [url] = /file:[^\s()]+_test\.ts/.exec(stack) ?? [];
  return url === undefined ? "" : ` ${relative(".", fileURLToPath(url))}`;
}

function report<T>(details: fc.RunDetails<T>, file: string): void {
  const message = fc.defaultReportMessage(details);
  if (message === undefined) return;
  const { seed, counterexamplePath } = details;
  const path = counterexamplePath === null ? "" : ` FC_PATH=${counterexamplePath}`;
  const replay =
    `Play it again, with --filter and the name of this test: SEED=${seed}${path} deno test -A${file}`;
  throw new Error(`${message}\n\n${replay}`, { cause: details.errorInstance });
}
