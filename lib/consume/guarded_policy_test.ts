import { assertEquals, assertStrictEquals } from "@std/assert";
import type { GroupStats, PlatformView, Policy, Stats, Task } from "../policies/mod.ts";
import { GuardedPolicy } from "./guarded_policy.ts";

const task = { node: "n" } as Task, stats = {} as Stats, group = {} as GroupStats;
const platforms = [{ name: "edge" }, { name: "cloud" }] as unknown as PlatformView[];

/** Calls all functions that a policy has. */
function callAll(policy: Policy): unknown[] {
  return [
    policy.group?.(task),
    policy.weight?.(group, stats),
    policy.rank?.(task, stats),
    policy.place?.(task, platforms),
  ];
}

Deno.test("GuardedPolicy answers as its policy, which has the same functions and its own this", () => {
  const policy: Policy = {
    group: ({ node }) => node,
    rank(of, stats) {
      return [this.weight!(group, stats), of.node.length];
    },
    weight: () => 0.5,
    place: (_, [first]) => first!.name,
  };
  const guard = new GuardedPolicy(policy);
  assertEquals(callAll(guard.policy), ["n", 0.5, [0.5, 1], "edge"]);
  assertEquals([guard.failure, Object.keys(guard.policy).sort()], [undefined, Object.keys(policy).sort()]);
  assertEquals(Object.keys(new GuardedPolicy({ rank: () => 1 }).policy), ["rank"]);
});

const wrong = (answer: unknown) => () => answer as never;
const FAILURES: readonly (readonly [policy: Policy, message: string])[] = [
  [{ group: wrong(7) }, "group answered 7 instead of a text"],
  [{ group: wrong(Object.create(null)) }, "group answered an object instead of a text"],
  [{ weight: wrong(0) }, "weight answered 0 instead of a number above 0"],
  [{ weight: wrong(Infinity) }, "weight answered Infinity instead of a number above 0"],
  [{ weight: wrong("2") }, "weight answered 2 instead of a number above 0"],
  [{ rank: wrong(NaN) }, "rank answered NaN instead of a number or a list of numbers"],
  [{ rank: wrong([]) }, "rank answered  instead of a number or a list of numbers"],
  [{ rank: wrong([1, "2"]) }, "rank answered 1,2 instead of a number or a list of numbers"],
  [
    { rank: wrong(Promise.resolve(1)) },
    "rank answered a promise instead of a number or a list of numbers",
  ],
  [
    { rank: () => Promise.reject(new Error("nobody awaits it")) as never },
    "rank answered a promise instead of a number or a list of numbers",
  ],
  [{ place: wrong("moon") }, "place answered moon instead of edge or cloud"],
  [{ place: wrong(null) }, "place answered null instead of edge or cloud"],
];

for (const [policy, message] of FAILURES) {
  Deno.test(`GuardedPolicy fails and answers nonetheless when ${message}`, () => {
    const [part] = Object.keys(policy) as [keyof Policy];
    let calls = 0;
    const others: Policy = {
      group: () => (calls++, "g"),
      weight: () => 2,
      rank: () => 3,
      place: () => "cloud",
    };
    const guard = new GuardedPolicy({ ...others, ...policy });
    callAll(guard.policy);
    assertEquals(guard.failure?.message, `Cannot schedule: the policy's ${message}`);
    const before = calls;
    assertEquals(callAll(guard.policy), ["", 1, 0, undefined]);
    assertEquals(calls, before, `nothing is called any more (${part})`);
  });
}

Deno.test("GuardedPolicy fails with what its policy throws, whatever that is", () => {
  const cause = new TypeError("x is undefined");
  for (const [thrown, words] of [[cause, "x is undefined"], ["a text", "a text"], [undefined, "undefined"]]) {
    const guard = new GuardedPolicy({
      rank: () => {
        throw thrown;
      },
    });
    assertEquals(guard.policy.rank!(task, stats), 0);
    assertEquals(guard.failure?.message, `Cannot schedule: the policy's rank threw: ${words}`);
    assertStrictEquals(guard.failure?.cause, thrown);
  }
});
