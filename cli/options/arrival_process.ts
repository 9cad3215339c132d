import {
  type ArrivalProcess,
  bursts,
  daily,
  gamma,
  ownOf,
  ramp,
  steps,
  weibull,
} from "../../lib/model/mod.ts";
import { didYouMean } from "../shell/options.ts";

type Parameters = Readonly<Record<string, string>>;

/** A process on the command line: its form, its parameters behind the rate, and its making. */
interface Form {
  readonly example: string;
  readonly parameters: readonly string[];
  make(rates: readonly string[], parameters: Parameters): ArrivalProcess;
}

const FORMS: Readonly<Record<string, Form>> = {
  gamma: {
    example: "gamma:5,cv=2",
    parameters: ["cv"],
    make: ([rate = ""], { cv }) => gamma(rate, { cv: Number(cv) }),
  },
  weibull: {
    example: "weibull:5,shape=0.5",
    parameters: ["shape"],
    make: ([rate = ""], { shape }) => weibull(rate, { shape: Number(shape) }),
  },
  bursts: {
    example: "bursts:2..50,every=1m,for=5s",
    parameters: ["every", "for"],
    make: ([rate = "", to = ""], { every = "", for: length = "" }) =>
      bursts(rate, { to, every, for: length }),
  },
  daily: {
    example: "daily:1..20,period=1d",
    parameters: ["period"],
    make: ([low = "", high = ""], { period = "" }) => daily(low, { high, period }),
  },
  ramp: {
    example: "ramp:1..50,over=10m",
    parameters: ["over"],
    make: ([from = "", to = ""], { over = "" }) => ramp(from, { to, over }),
  },
};

const STEPS = "steps:5@1m,20@30s";

/** The names of the processes. */
export const PROCESS_NAMES: readonly string[] = [...Object.keys(FORMS), "steps"];

/**
 * Reads a process of arrivals: `gamma:5,cv=2`.
 *
 * @throws {SyntaxError} naming what to write
 */
export function arrivalProcess(text: string): ArrivalProcess {
  const [, name = "", rest = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  if (name === "steps") return stepsOf(rest, text);
  const form = ownOf(FORMS, name);
  if (form === undefined) {
    throw new SyntaxError(
      `Cannot use "${text}" as arrivals${didYouMean(name, PROCESS_NAMES)} Choose from ${
        PROCESS_NAMES.join(", ")
      }`,
    );
  }
  const [rates = "", ...words] = rest.split(",");
  const parameters = Object.fromEntries(words.map((word) => word.split("=", 2) as [string, string]));
  const names = words.map((word) => word.split("=", 1)[0]!);
  const isComplete = names.toSorted().join() === form.parameters.toSorted().join();
  if (!isComplete || rates.split("..").length !== form.example.split("..").length) {
    throw new SyntaxError(`Cannot read "${text}" as arrivals. Write it as ${form.example}`);
  }
  return form.make(ratesIn(rates, text), parameters);
}

/**
 * The rates of a range, as they are written: `10/m..100/m`.
 *
 * @param text all that was written, for messages
 * @throws {SyntaxError} if one has a unit that the other might be meant to have, too
 */
export function ratesIn(range: string, text: string): string[] {
  const rates = range.split(".."), units = rates.map((rate) => rate.trim().split("/")[1]);
  const unit = units.find((unit) => unit !== undefined && unit !== "s");
  if (unit === undefined || !units.includes(undefined)) return rates;
  const meant = rates.map((rate) => `${rate.trim().split("/")[0]}/${unit}`).join("..");
  throw new SyntaxError(
    `Cannot read "${text}": one rate has a unit, and one has none, which is per second. Write ${meant}, or /s behind that one`,
  );
}

function stepsOf(rest: string, text: string): ArrivalProcess {
  const list = rest.split(",").map((step) => step.split("@"));
  if (list.some((step) => step.length !== 2)) {
    throw new SyntaxError(`Cannot read "${text}" as arrivals. Write it as ${STEPS}`);
  }
  return steps(...list.map(([rate, time]) => [rate!, time!] as const));
}
