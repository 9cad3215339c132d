/** Options that give numbers to functions, chains, or the values of a label. */
import { type ByValue, parseCount } from "../../lib/model/mod.ts";
import { many, optionGroup, pair } from "../shell/options.ts";

/** Numbers for values of one kind, by value; `*`: for each of the others. */
export type ValueNumbers = readonly [kind: ValueKind, numbers: Readonly<Record<string, number>>];
/** The kind of things that the values limit: functions, chains, or a label's values. */
type ValueKind = "functions" | "chains" | { readonly label: string };

/** Reads `acme:5,*:20`. @param before for messages: the text before them. @throws {SyntaxError} also if a value is named twice */
function numbersByValue(text: string, before = ""): Record<string, number> {
  const numbers = new Map<string, number>();
  for (const part of text.split(",")) {
    const at = part.lastIndexOf(":"), value = part.slice(0, at);
    if (at <= 0) {
      throw new SyntaxError(
        `Cannot read "${part}"${part === text ? "" : ` of "${text}"`}: it has no number. ` +
          `Write ${before}${at < 0 && part !== "" ? part : "VALUE"}:N, or several: ${before}VALUE:N,VALUE:N`,
      );
    }
    if (numbers.has(value)) {
      throw new SyntaxError(`Cannot read "${text}": ${value} has two numbers. Write each value once`);
    }
    numbers.set(value, parseCount(part.slice(at + 1)));
  }
  return Object.fromEntries(numbers);
}

/** Reads `compile=5` and `*=5`, or several at once: `compile:5,*:20`. */
export const limitsByName = (kind: "functions" | "chains") => (text: string): ValueNumbers => {
  if (!text.includes("=") && text.includes(":")) return [kind, numbersByValue(text)];
  const [name, max] = pair(text);
  return [kind, { [name]: parseCount(max) }];
};

/** Reads `20`, for each value, or `acme:5,*:20`, by value. */
function numbersOf(text: string, before: string): Record<string, number> {
  return text.includes(":") ? numbersByValue(text, before) : { "*": parseCount(text) };
}

/** Reads `tenant=20` and `tenant=acme:5,*:20`. */
export const labelLimit = (text: string): ValueNumbers => {
  const [label, numbers] = pair(text);
  return [{ label }, numbersOf(numbers, `${label}=`)];
};

/** Reads `function=compile:5`, `chain=nightly:5,*:20`, and, of a label, `tenant=acme:5`. */
export const ceiling = (text: string): ValueNumbers => {
  const [kind, numbers] = boundOf(text);
  return [kindOf(kind), numbersOf(numbers, `${kind}=`)];
};

/** Reads the same, but only of values that are named. */
export const floor = (text: string): ValueNumbers => {
  const [kind, numbers] = boundOf(text);
  return [kindOf(kind), numbersByValue(numbers, `${kind}=`)];
};

/** Reads `KIND=…`. @throws {SyntaxError} if `:` and `=` have changed places: `tenant:acme=5`, or `tenant=acme=5` */
function boundOf(text: string): readonly [kind: string, numbers: string] {
  const swapped = /^([^:=,]+)[:=]([^:=,]+)=([0-9]+)$/.exec(text);
  if (swapped !== null) {
    const [, kind, value, max] = swapped;
    throw new SyntaxError(`Cannot read "${text}". Write ${kind}=${value}:${max}`);
  }
  return pair(text);
}

function kindOf(name: string): ValueKind {
  return name === "function" ? "functions" : name === "chain" ? "chains" : { label: name };
}

/** The numbers of several options together: a later one counts for a value that two of them name. */
export function byKind(options: readonly ValueNumbers[]): Required<ByValue> {
  const functions = {}, chains = {}, labels = new Map<string, Record<string, number>>();
  for (const [kind, numbers] of options) {
    if (typeof kind === "string") Object.assign({ functions, chains }[kind], numbers);
    else labels.set(kind.label, { ...labels.get(kind.label), ...numbers });
  }
  return { functions, chains, labels: Object.fromEntries(labels) };
}

/** The options that give ceilings and floors to values of any kind; `queue limit` has them, too. */
export const BOUND_OPTIONS = optionGroup("for limits", {
  ceiling: many(
    "KIND=VALUE:N",
    "most in flight of functions, chains, or values of a label, in one spelling: function=compile:5, chain=nightly:5,*:20, " +
      "tenant=acme:100 (repeatable)",
    ceiling,
  ),
  floor: many(
    "KIND=VALUE:N",
    "slots reserved for a function, a chain or a value of a label while work of it waits, lent to others when none does: " +
      "tenant=acme:20 (repeatable)",
    floor,
  ),
});
