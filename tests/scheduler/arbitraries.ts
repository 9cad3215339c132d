import fc from "fast-check";
import {
  type Chain,
  chain,
  constant,
  fn,
  type FunctionDefinition,
  type MadeOutcome,
  type NodeRecord,
  NULL,
  type Pause,
} from "../../lib/model/mod.ts";
import { type Policy, policyOf, policySummaries, type Task } from "../../lib/policies/mod.ts";
import type { Decision, FixedLimits, LabelLimit, StartRate } from "../../lib/scheduler/mod.ts";
import { limitOf } from "./limit_of.ts";

/** A step of a scheduler; numbers that choose among several are taken modulo their number. */
export type Step =
  | { readonly do: "submit"; readonly submission: Submission }
  | { readonly do: "next"; readonly times: number; readonly leaves: "now" | "later" }
  | { readonly do: "leave"; readonly which: number }
  | { readonly do: "settle"; readonly which: number; readonly outcome: MadeOutcome; readonly runMs?: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "decide"; readonly which: number; readonly decision: Decision }
  | { readonly do: "return"; readonly which: number; readonly state: "ok" | "failed" }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "forget"; readonly which: number }
  | { readonly do: "pause"; readonly pauses: readonly Pause[] }
  | { readonly do: "setPolicy"; readonly policy: PolicyChoice }
  | { readonly do: "setLimits"; readonly limits: FixedLimits };

export interface Submission {
  readonly chain: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly weight: number;
  readonly deadlineInMs: number;
  /** Whether another instance has called it. */
  readonly called: boolean;
  /** The ends of nodes so far, each after those before it; none of a new instance. */
  readonly progress: readonly (NodeRecord["state"] | undefined)[] | undefined;
}

/** A policy as data, so that a failing example can be read. */
export type PolicyChoice =
  | { readonly name: string; readonly by?: string }
  | {
    readonly group: keyof typeof GROUPS | undefined;
    readonly weight: keyof typeof WEIGHTS | undefined;
    readonly rank: readonly (keyof typeof RANKS)[];
  };

const GROUPS = {
  chain: (task) => task.chain,
  function: (task) => task.function,
  tenant: (task) => task.labels.tenant ?? "",
  started: (task) => String(task.chainStarted),
  attempt: (task) => String(task.attempt),
} satisfies Record<string, Policy["group"]>;

const WEIGHTS = {
  declared: (group) => group.declaredWeight,
  queued: (group) => 1 + group.queued,
  running: (group) => 1 + group.running / 2,
  load: (group, stats) => 1 + (lastLetter(group.name) + stats.running) % 3,
  time: (group, stats) => 1 + (lastLetter(group.name) + Math.floor(stats.nowMs / 100)) % 3,
} satisfies Record<string, Policy["weight"]>;

const RANKS = {
  started: (task) => task.chainStarted ? 0 : 1,
  priority: (task) => task.priority,
  functionPriority: (task) => task.functionPriority ?? Infinity,
  deadline: (task) => task.deadlineMs,
  slack: (task, nowMs) => task.deadlineMs - nowMs - task.remainingMs,
  expected: (task) => task.expectedMs,
  longest: (task) => -task.remainingMs,
  newest: (task) => -task.submittedAtMs,
  ready: (task) => task.readyAtMs,
  attempt: (task) => -task.attempt,
} satisfies Record<string, (task: Task, nowMs: number) => number>;

/** Makes the policy of a choice. */
export function makePolicy(choice: PolicyChoice): Policy {
  if ("name" in choice) {
    return policyOf(choice.name, choice.by === undefined ? {} : { by: choice.by });
  }
  const { group, weight, rank } = choice;
  return {
    ...group && { group: GROUPS[group] },
    ...weight && { weight: WEIGHTS[weight] },
    ...rank.length > 0 && { rank: (task, { nowMs }) => rank.map((key) => RANKS[key](task, nowMs)) },
  };
}

/** The names of the policies that come with Sequoia. */
export const POLICY_NAMES = policySummaries().map(({ name }) => name);

/** Built-in policies, two of them joined, or one that shares by a label. */
export const namedPolicy: fc.Arbitrary<PolicyChoice> = fc.oneof(
  fc.record({ name: fc.constantFrom(...POLICY_NAMES) }),
  fc.tuple(fc.constantFrom(...POLICY_NAMES), fc.constantFrom(...POLICY_NAMES))
    .map((names) => ({ name: names.join("+") })),
  fc.constantFrom(...POLICY_NAMES).map((name) => ({ name: `fair-share+${name}`, by: "tenant" })),
);

/** Policies that a user might write. */
export const ownPolicy: fc.Arbitrary<PolicyChoice> = fc.record({
  group: fc.constantFrom(undefined, ...keysOf(GROUPS)),
  weight: fc.constantFrom(undefined, ...keysOf(WEIGHTS)),
  rank: fc.uniqueArray(fc.constantFrom(...keysOf(RANKS)), { maxLength: 3 }),
});

const FUNCTIONS = 5;
const CHAINS = 4;
const MOST_NODES = 7;

const limit = fc.integer({ min: 1, max: 3 });

const dictionary = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), limit, { noNullPrototype: true });

const WINDOWS: StartRate[] = [
  { starts: 4, perMs: 500 },
  { starts: 12, perMs: 60_000, burst: 12 },
  { starts: 2, perMs: 1000, burst: 5 },
  { starts: 1.5, perMs: 300 },
];

/** FixedLimits of every kind or of some; of platforms too, if there are any. */
export const limitsOf = (platforms: readonly string[]): fc.Arbitrary<FixedLimits> =>
  fc.record({
    global: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 6 })),
    functions: dictionary("f0", "f1", "f2", "*"),
    chains: dictionary("c0", "c1", "*"),
    labels: fc.oneof(dictionary("tenant"), fc.record({ tenant: dictionary("a", "*") })),
    platforms: platforms.length > 0 ? dictionary(...platforms) : fc.constant({}),
    rate: fc.constantFrom<(number | StartRate)[]>(5, 50, 1000, ...WINDOWS),
    floors: fc.oneof(
      { weight: 2, arbitrary: fc.constant({}) },
      fc.record({
        functions: dictionary("f0", "f3"),
        chains: dictionary("c1", "c2"),
        labels: fc.record({ tenant: dictionary("a", "b") }),
      }, { requiredKeys: [] }),
    ),
    functionRates: fc.dictionary(fc.constantFrom("f1", "f3"), fc.constantFrom(2, 20, 300, ...WINDOWS), {
      noNullPrototype: true,
    }),
  }, { requiredKeys: [] }).map(withPossibleFloors);

/** Floors are lowered to what their ceilings and the global limit let be. */
export function withPossibleFloors({ floors = {}, ...limits }: FixedLimits): FixedLimits {
  const { functions = {}, chains = {}, labels = {} } = limits;
  const possible = (floors: Readonly<Record<string, number>> = {}, ceilings: LabelLimit = {}) => {
    let left = limits.global ?? Infinity;
    const lowered = Object.entries(floors).map(([value, floor]): [string, number] => {
      const least = Math.min(floor, limitOf(ceilings, value), left);
      left -= least;
      return [value, least];
    });
    return Object.fromEntries(lowered.filter(([, floor]) => floor > 0));
  };
  return {
    ...limits,
    floors: {
      functions: possible(floors.functions, functions),
      chains: possible(floors.chains, chains),
      labels: { tenant: possible(floors.labels?.tenant, labels.tenant) },
    },
  };
}

export const limits = limitsOf([]);

const URL_ELSEWHERE = "http://127.0.0.1/elsewhere";

const functions: fc.Arbitrary<FunctionDefinition[]> = fc.array(
  fc.record({
    attempts: fc.integer({ min: 1, max: 3 }),
    atMostOnce: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    priority: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    timeMs: fc.option(fc.constantFrom(0, 10, 20, 20, 300), { nil: undefined }),
    place: fc.constantFrom(
      ...[{}, {}, {}, {}, { url: URL_ELSEWHERE }],
      ...[["dear"], ["cheap"], ["cheap", "dear"], ["nowhere"]].map((names) => ({
        urls: Object.fromEntries(names.map((name) => [name, URL_ELSEWHERE])),
      })),
    ),
  }),
  { minLength: FUNCTIONS, maxLength: FUNCTIONS },
).map((list) => list.map(makeFunction));

function makeFunction(
  { attempts, atMostOnce, priority, timeMs, place }: {
    attempts: number;
    atMostOnce: boolean;
    priority: number | undefined;
    timeMs: number | undefined;
    place: { readonly url?: string; readonly urls?: Readonly<Record<string, string>> };
  },
  i: number,
): FunctionDefinition {
  return fn(`f${i}`, {
    attempts: atMostOnce ? 1 : attempts,
    atMostOnce,
    ...place,
    ...priority !== undefined && { priority },
    ...timeMs !== undefined && { time: constant(timeMs) },
  });
}

/** Each bit of `after` is a node before: 0 makes a root, one bit a tree, more a join. */
const node = fc.record({
  fn: fc.nat(FUNCTIONS - 1),
  after: fc.oneof(
    fc.constant(0),
    fc.nat(MOST_NODES - 1).map((bit) => 1 << bit),
    fc.nat(2 ** MOST_NODES - 1),
  ),
  onFailure: fc.constantFrom("fail", "skip", "continue"),
  join: fc.constantFrom("all", "all", "any", "settled"),
  asks: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  /** As a map: how many of its items at once. */
  items: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 9)),
  /** Whether it calls a chain. */
  calls: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const timeLimits = fc.constantFrom(
  {},
  {},
  {},
  { ttl: 60 },
  { timeLimit: 500 },
  { ttl: 120, timeLimit: 900 },
);

/** Chains of shared functions: trees, joins, several roots. */
export const chains: fc.Arbitrary<Chain[]> = fc.tuple(
  functions,
  fc.array(
    fc.tuple(fc.array(node, { minLength: 1, maxLength: MOST_NODES }), fc.boolean(), timeLimits),
    { minLength: CHAINS, maxLength: CHAINS },
  ),
).map(([functions, lists]) =>
  lists.map(([nodes, undoes, limits], c) =>
    chain(`c${c}`, ({ call, onFailed }) => {
      const inner = chain("inner", ({ call }) => void call(functions[1]!, { after: call(functions[0]!) }));
      if (undoes) onFailed(functions[0]!, { name: "undo" });
      nodes.forEach(({ fn, after, onFailure, join, asks, items, calls }, n) => {
        const before = [...nodes.keys()].slice(0, n).filter((i) => after & (1 << i));
        call(calls ? inner : functions[fn]!, {
          ...{ name: `n${n}`, after: before.map((i) => `n${i}`), onFailure, join },
          ...asks && { when: "true" },
          ...items > 0 && { map: "args.list", concurrency: items },
        });
      });
    }, limits)
  )
);

const state = fc.constantFrom(...["ok", "ok", "ok", "failed", "started", undefined, undefined] as const);

const submission: fc.Arbitrary<Submission> = fc.record({
  chain: fc.nat(CHAINS - 1),
  labels: fc.constantFrom<Readonly<Record<string, string>>[]>({}, { tenant: "a" }, { tenant: "b" }),
  priority: fc.integer({ min: -1, max: 1 }),
  weight: fc.constantFrom(1, 1, 0.5, 2, 3),
  deadlineInMs: fc.constantFrom(Infinity, 100, 1000),
  called: fc.constantFrom(false, false, false, false, true),
  progress: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    fc.array(state, { minLength: 1, maxLength: MOST_NODES }),
  ),
});

const retryAfter = fc.option(fc.constantFrom(0, 40, 10_000), { nil: undefined });

const outcome: fc.Arbitrary<MadeOutcome> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<MadeOutcome>({ kind: "ok", output: NULL }) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.boolean(), retryAfter).map(([retryable, retryAfterMs]): MadeOutcome => ({
      kind: "failed",
      reason: "it broke",
      retryable,
      ...retryAfterMs !== undefined && { retryAfterMs },
    })),
  },
  {
    weight: 1,
    arbitrary: retryAfter.map((retryAfterMs): MadeOutcome => ({
      kind: "throttled",
      reason: "too many",
      ...retryAfterMs !== undefined && { retryAfterMs },
    })),
  },
);

const decision: fc.Arbitrary<Decision> = fc.constantFrom<Decision[]>(
  { kind: "run" },
  { kind: "run" },
  { kind: "skip" },
  { kind: "fail", reason: "it cannot be told" },
  { kind: "map", count: 0 },
  { kind: "map", count: 4 },
  { kind: "map", count: 5, done: new Set([0, 3]) },
  { kind: "map", count: 2, done: new Set([0, 1]) },
);

const pauses: fc.Arbitrary<Pause[]> = fc.subarray<Pause>([
  { chain: "c0" },
  { function: "f1" },
  { label: { name: "tenant", value: "a" } },
  { chain: "c1", function: "f2" },
  {},
], { maxLength: 2 });

/** The steps of a scheduler, under policies of one kind. */
export function steps(
  policy: fc.Arbitrary<PolicyChoice>,
  limits: fc.Arbitrary<FixedLimits>,
): fc.Arbitrary<Step[]> {
  const which = fc.nat(1000);
  const runMs = fc.constantFrom(5, 20, 100, 700);
  return fc.array(
    fc.oneof<fc.WeightedArbitrary<Step>[]>(
      { weight: 12, arbitrary: fc.record({ do: fc.constant("submit"), submission }) },
      {
        weight: 12,
        arbitrary: fc.record({
          do: fc.constant("next"),
          times: fc.integer({ min: 1, max: 4 }),
          leaves: fc.constantFrom("now", "later"),
        }),
      },
      { weight: 6, arbitrary: fc.record({ do: fc.constant("leave"), which }) },
      {
        weight: 16,
        arbitrary: fc.record({ do: fc.constant("settle"), which, outcome, runMs }, {
          requiredKeys: ["do", "which", "outcome"],
        }),
      },
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(0, 1, 30, 99, 400) }),
      },
      { weight: 6, arbitrary: fc.record({ do: fc.constant("decide"), which, decision }) },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant("return"),
          which,
          state: fc.constantFrom("ok", "ok", "failed"),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel"), which }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("forget"), which }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("pause"), pauses }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("setPolicy"), policy }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("setLimits"), limits }) },
    ),
    { minLength: 10, maxLength: 120, size: "max" },
  );
}

function lastLetter(name: string): number {
  return name.codePointAt(name.length - 1) ?? 0;
}

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}
