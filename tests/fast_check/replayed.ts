/**
 * A property that fails says how it is played again, and the environment may choose what is played:
 *
 * - `SEED`, a whole number: the seed that a failure has named
 * - `FC_PATH`, digits and colons: the path that it has named; only together with `SEED`
 * - `FC_RUNS`, a whole number: how many runs, in place of each property's own number
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check/plain";

export * from "fast-check/plain";

/** Checks a property, as fast-check does. @throws {Error} with the seed, the path and the counterexample, if it does not hold */
export function assert<T>(property: fc.IAsyncProperty<T>, parameters?: fc.Parameters<T>): Promise<void>;
export function assert<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void;
export function assert<T>(
  property: fc.IRawProperty<T>,
  parameters: fc.Parameters<T> = {},
): void | Promise<void> {
  const file = testFile(new Error().stack);
  const reporter = (details: fc.RunDetails<T>) => report(details, file);
  return fc.assert(property, { ...parameters, ...chosen(Deno.env.toObject()), reporter });
}

/** What the environment chooses of a property's parameters. */
export function chosen(
  { SEED, FC_PATH, FC_RUNS }: Readonly<Record<string, string>>,
): Pick<fc.Parameters, "seed" | "path" | "numRuns" | "endOnFailure"> {
  const seed = wholeNumber("SEED", SEED), numRuns = wholeNumber("FC_RUNS", FC_RUNS);
  if (FC_PATH !== undefined && seed === undefined) {
    throw new RangeError("Cannot play FC_PATH: there is no SEED. Set both, as the failure has named them");
  }
  return {
    ...seed !== undefined && { seed },
    ...FC_PATH !== undefined && { path: FC_PATH, endOnFailure: true },
    ...numRuns !== undefined && { numRuns },
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new RangeError(`Cannot read ${name}: "${text}" is no whole number`);
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
