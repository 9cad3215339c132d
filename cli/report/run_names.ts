import { stat } from "node:fs/promises";
import { shortNames } from "../../lib/report/mod.ts";
import { UsageError } from "../shell/errors.ts";

/** An argument that names a run log. */
export interface RunArgument {
  readonly path: string;
  /** The name to show its run by; undefined: none was given. */
  readonly name?: string;
}

/**
 * Reads arguments: `PATH`, or `NAME=PATH` where no file has that whole name; names may be given by `--name`, too, one for each.
 *
 * @throws {UsageError} if there are more or fewer names than arguments
 */
export async function runArguments(
  args: readonly string[],
  names: readonly string[],
): Promise<RunArgument[]> {
  if (names.length === 0) return await Promise.all(args.map(named));
  if (names.length === args.length) return args.map((path, i) => ({ path, name: names[i]! }));
  throw new UsageError(
    `--name: ${names.length} names for ${args.length} run logs. Give as many as there are run logs, in their order`,
  );
}

async function named(argument: string): Promise<RunArgument> {
  const [, name, path] = /^([^/\\=]+)=(.+)$/s.exec(argument) ?? [];
  if (name === undefined || path === undefined || await isThere(argument)) return { path: argument };
  return { path, name };
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}

/**
 * Names that differ: those given, or the paths without what they have in common. One that comes again has a number.
 *
 * @param runs each with the name that it has by itself
 */
export function differentNames(
  runs: readonly { readonly given?: string | undefined; readonly own: string }[],
): string[] {
  const short = shortNames(runs.filter(({ given }) => given === undefined).map(({ own }) => own));
  const names = runs.map(({ given }) => given ?? short.shift()!);
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}#${before + 1}`;
  });
}
