import { WorkloadError, type WorkloadErrorCode, type WorkloadPlace } from "./errors.ts";
import { isObject } from "./json.ts";
import { nearest } from "./nearest.ts";

/** The names of the options that an interface has, each once: the compiler sees to it that none is missing. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** Where options stand: the builder's name for an error, the code of that error, and the place. */
export interface OptionsOwner {
  /** The owner of the options, as in `call()`. */
  readonly of: string;
  readonly code: WorkloadErrorCode;
  readonly place?: WorkloadPlace;
}

/**
 * Checks that options are an object, and that each of them exists.
 *
 * @throws {WorkloadError} naming the option that does not, and the nearest one that does
 */
export function checkOptions<T>(
  options: unknown,
  known: OptionNames<T>,
  { of, code, place = {} }: OptionsOwner,
): void {
  if (!isObject(options)) {
    throw new WorkloadError(code, `${of} has options that are no object. Write { … }`, place);
  }
  const names = Object.keys(known);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const near = nearest(unknown, names);
  const hint = near === undefined ? "" : `Did you mean "${near}"? `;
  throw new WorkloadError(
    code,
    `${of} has no option "${unknown}". ${hint}Its options are ${names.join(", ")}`,
    place,
  );
}
