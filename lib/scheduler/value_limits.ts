import { type ByValue, ownOf } from "../model/mod.ts";

/** The limit of a label: one number for each of its values, or numbers by value, with `*` for the others. */
export type LabelLimit = number | Readonly<Record<string, number>>;

/** The limits of values of one kind: functions, chains, or the values of a label. */
export interface ValueLimits {
  /** `function`, `chain`, or `label` and its name, in two words at most: no two are the same. */
  readonly kind: string;
  /** The name of the label; undefined: the values are names of functions, or chains. */
  readonly label: string | undefined;
  /** The most attempts in flight, by value; `*`: of each of the other values. */
  readonly ceilings: Readonly<Record<string, number>>;
  /** The slots that are reserved, by value. */
  readonly floors: Readonly<Record<string, number>>;
}

/** The limits by value: those of functions first, then those of chains, then those of labels. */
export function valueLimitsOf(
  { functions = {}, chains = {}, labels = {}, floors = {} }: ByValue<LabelLimit> & {
    readonly floors?: ByValue;
  },
): readonly [functions: ValueLimits, chains: ValueLimits, ...labels: ValueLimits[]] {
  const { functions: ofFunctions = {}, chains: ofChains = {}, labels: ofLabels = {} } = floors;
  return [
    { kind: "function", label: undefined, ceilings: functions, floors: ofFunctions },
    { kind: "chain", label: undefined, ceilings: chains, floors: ofChains },
    ...Object.keys({ ...labels, ...ofLabels }).map((label) => {
      const limit = ownOf(labels, label) ?? {};
      const ceilings = typeof limit === "number" ? { "*": limit } : limit;
      return { kind: `label ${inOneWord(label)}`, label, ceilings, floors: ownOf(ofLabels, label) ?? {} };
    }),
  ];
}

/** A text without its spaces, which another one has as something else. */
function inOneWord(text: string): string {
  return text.replace(/[%\s]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A name of the limits of one value that no other value has, of any kind: others who keep to a limit know it by its name. */
export function limitName({ kind }: ValueLimits, value: string): string {
  return `${kind} ${value}`;
}

/** The ceiling of one value; undefined: it has none. */
export function ceilingOf({ ceilings }: ValueLimits, value: string): number | undefined {
  return ceilings[Object.hasOwn(ceilings, value) ? value : "*"];
}

/** The floor of one value; undefined: it has none. */
export function floorOf({ floors }: ValueLimits, value: string): number | undefined {
  return ownOf(floors, value);
}

/** A value in words: `function compile`, `chain nightly`, `tenant=acme`. */
export function valueWords({ kind, label }: ValueLimits, value: string): string {
  return label === undefined ? `${kind} ${value}` : `${label}=${value}`;
}
