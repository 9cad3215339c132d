import {
  type JsonObject,
  parseCount,
  parsePositiveDuration,
  parseRateWindow,
  policyParts,
} from "../../lib/model/mod.ts";
import { policiesWith, type Policy, type PolicyOptions, policySummaries } from "../../lib/policies/mod.ts";
import {
  checkFloors,
  DEFAULT_LIMIT,
  type Limits,
  type StartRate,
  withPossibleFloors,
} from "../../lib/scheduler/mod.ts";
import { UsageError } from "../shell/errors.ts";
import {
  choice,
  fixableLimit,
  flag,
  isGiven,
  many,
  one,
  optionGroup,
  pair,
  text,
  type Values,
} from "../shell/options.ts";
import { BOUND_OPTIONS, byKind, labelLimit, limitsByName } from "./value_limit_options.ts";

const startRate = (value: string): StartRate => {
  const { count, perMs } = parseRateWindow(value);
  return { starts: count, perMs };
};

const rateOf = (value: string): readonly [string, StartRate] => {
  const [name, rate] = pair(value);
  return [name, startRate(rate)];
};

const weightOf = (value: string): readonly [string, number] => {
  const [name, weight] = pair(value);
  if (Number(weight) > 0 && Number(weight) < Infinity) return [name, Number(weight)];
  throw new RangeError(`Cannot give ${name} the weight "${weight}". Write a number above 0`);
};

function shareOf(value: string): number {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (share !== undefined && Number(share) <= 100) return Number(share) / 100;
  throw new RangeError(`Cannot read "${value}" as a part of all attempts. Write a percentage: 20%`);
}

/** The built-in policies, by name, for the help of the commands that take one. */
export const POLICY_TABLE = policySummaries().map(({ name, summary }) => [name, summary] as const);

/** The names of the built-in policies. */
export const POLICY_NAMES = POLICY_TABLE.map(([name]) => name);

const SHARING_OPTIONS = optionGroup("for the policy", {
  by: one("LABEL", "share by a label's values instead of by chain", text),
  weight: many("C=N", "the weight of a chain under weighted (repeatable)", weightOf),
  share: one(
    "time|calls",
    "fair policies: what is shared, the time in flight or the number of calls (default time)",
    choice("time", "calls"),
  ),
  ageing: one("DURATION", "priority-queues: one class higher for each time waited", parsePositiveDuration),
  "strict-shares": flag("fair policies: never more than the group's share, even if the others want less"),
  shed: flag("refuse chains that cannot meet their deadlines any more, before they start"),
});

const LIMIT_OPTIONS = optionGroup("for limits", {
  limit: one(
    "N|N,fixed|auto",
    `most functions in flight (default ${DEFAULT_LIMIT}), fewer where the platform runs fewer at once; fixed: as many whatever ` +
      "it refuses; auto: as many as it runs",
    fixableLimit,
  ),
  "function-limit": many(
    "F=N",
    "most in flight of one function, or of each other one: compile=5, *=20 (repeatable)",
    limitsByName("functions"),
  ),
  "chain-limit": many(
    "C=N",
    "most in flight of one chain, or of each other one: nightly=5, *=20 (repeatable)",
    limitsByName("chains"),
  ),
  "label-limit": many(
    "L=N",
    "most in flight of each value of a label: tenant=20, or tenant=acme:5,*:20 (repeatable)",
    labelLimit,
  ),
  ...BOUND_OPTIONS,
  rate: one("RATE", "most starts in any second (50) or minute (300/m)", startRate),
  "function-rate": many("F=RATE", "most starts of one function (repeatable)", rateOf),
  "burst-size": one(
    "N",
    "most starts at once under a rate (default a tenth of a second's worth)",
    parseCount,
  ),
  "retry-budget": one(
    "PERCENT",
    "most of a function's attempts that are retries in an outage (default 20%; 100%: any number)",
    shareOf,
  ),
});

/** The options that say what runs next, and how much of it at once, beside the policy's name. */
export const SCHEDULING_OPTIONS = { ...SHARING_OPTIONS, ...LIMIT_OPTIONS } as const;

type SchedulingValues = Values<typeof SCHEDULING_OPTIONS>;

/** Those that say how much of it at once: the run log has them as the limits. */
const OF_LIMITS: ReadonlySet<string> = new Set([
  "limit",
  "function-limit",
  "chain-limit",
  "label-limit",
  "ceiling",
  "floor",
  "rate",
  "function-rate",
  "burst-size",
]);

/** The options that say what runs next, by their names, as the run log has them. */
export function schedulingOf(values: SchedulingValues): JsonObject {
  const entries = Object.keys(SCHEDULING_OPTIONS).map((
    name,
  ) => [name, values[name as keyof SchedulingValues]]);
  return Object.fromEntries(
    entries.filter(([name, value]) => !OF_LIMITS.has(String(name)) && isGiven(value)),
  );
}

/** The options as they are given, or else as a run log has them. @returns also which are the log's */
export function withScheduling<T extends SchedulingValues>(
  values: T,
  recorded: JsonObject = {},
): { readonly values: T; readonly taken: readonly string[] } {
  const taken = Object.keys(SCHEDULING_OPTIONS).filter((name) =>
    !OF_LIMITS.has(name) && isGiven(recorded[name]) && !isGiven(values[name as keyof SchedulingValues])
  );
  const more = Object.fromEntries(taken.map((name) => [name, recorded[name]]));
  return { values: { ...values, ...more }, taken };
}

/** The options of policies beside their names. */
export function policyOptionsOf({ by, ageing, weight }: SchedulingValues): PolicyOptions {
  return {
    ...(by === undefined ? {} : { by }),
    ...(ageing === undefined ? {} : { ageingMs: ageing }),
    weights: new Map(weight),
  };
}

/**
 * Checks that the chosen policies go by the options that are given: one without an effect is a mistake.
 *
 * @param chosen the policies with their texts; one of several is enough
 * @throws {UsageError} naming the option, and the policies that it is for
 */
export function checkEffects(
  values: SchedulingValues,
  chosen: readonly { readonly text: string; readonly policy: Policy }[],
): void {
  const texts = chosen.map(({ text }) => text).join(", ");
  const unused = (option: string, names: string) =>
    new UsageError(`--${option} has no effect under ${texts}. Use it with ${names}, or leave it out`);
  const parts = new Set(chosen.flatMap(({ text }) => policyParts(text)));
  for (const [option, key] of POLICY_OPTIONS) {
    const names = policiesWith(key);
    if (isGiven(values[option]) && !names.some((name) => parts.has(name))) {
      throw unused(option, names.join(", "));
    }
  }
  const hasGroups = chosen.some(({ policy }) => policy.group !== undefined);
  for (const option of ["share", "strict-shares"] as const) {
    if (isGiven(values[option]) && !hasGroups) throw unused(option, "policies that share, as fair-share");
  }
}

/** The options of single policies: the name at the command line, and that in the registry. */
const POLICY_OPTIONS = [["by", "by"], ["weight", "weights"], ["ageing", "ageingMs"]] as const;

/** The options that go to the scheduler unchanged. */
export function schedulerOptionsOf(values: SchedulingValues) {
  const retryBudget = values["retry-budget"];
  return {
    strictShares: values["strict-shares"],
    shed: values.shed,
    ...(values.share === undefined ? {} : { share: values.share }),
    ...(retryBudget === undefined ? {} : { retryBudget }),
  };
}

/**
 * The limits that are asked for.
 *
 * @param global if none is given
 * @param others those of a recorded run: each kind that is given (a limit, ceilings, floors, a rate, functions' rates) replaces theirs,
 *   and floors that are not given are those that are possible
 * @throws {UsageError} if floors cannot be met
 */
export function limitsOf(values: SchedulingValues, global: number, others: Limits = byKind([])): Limits {
  const burst = values["burst-size"];
  if (burst !== undefined && values.rate === undefined && values["function-rate"].length === 0) {
    throw new UsageError("Cannot use --burst-size: no rate is given. Add --rate or --function-rate");
  }
  const burstOf = (rate: StartRate): StartRate => burst === undefined ? rate : { ...rate, burst };
  const ceilings = CEILINGS.flatMap((name) => values[name]);
  const rates = values["function-rate"].map(([name, rate]) => [name, burstOf(rate)]);
  const { global: itsGlobal = global, fixed, functionRates = {}, ...ofOthers } = others;
  const limits = {
    ...ofOthers,
    ...(values.limit ?? { global: itsGlobal, ...fixed !== undefined && { fixed } }),
    ...(ceilings.length === 0 ? {} : byKind(ceilings)),
    ...(values.floor.length === 0 ? {} : { floors: byKind(values.floor) }),
    functionRates: rates.length === 0 ? functionRates : Object.fromEntries(rates),
    ...(values.rate === undefined ? {} : { rate: burstOf(values.rate) }),
  } satisfies Limits;
  if (values.floor.length === 0) return withPossibleFloors(limits);
  try {
    checkFloors(limits);
  } catch (cause) {
    throw new UsageError(`--floor: ${(cause as Error).message}`, { cause });
  }
  return limits;
}

/** The kinds of limits, but for the global one, that a recorded run has and no option replaces: their options, for messages. */
export function limitsKept(
  values: SchedulingValues,
  { floors, rate, functionRates = {}, ...others }: Limits,
): string[] {
  const { functions = {}, chains = {}, labels = {} } = others;
  const hasCeilings = [functions, chains, labels].some((kind) => Object.keys(kind).length > 0);
  return [
    ...hasCeilings && CEILINGS.every((name) => values[name].length === 0) ? ["ceiling"] : [],
    ...floors !== undefined && values.floor.length === 0 ? ["floor"] : [],
    ...rate !== undefined && values.rate === undefined ? ["rate"] : [],
    ...Object.keys(functionRates).length > 0 && values["function-rate"].length === 0 ? ["function-rate"] : [],
  ];
}

/** The options that give ceilings. */
const CEILINGS = ["function-limit", "chain-limit", "label-limit", "ceiling"] as const;
