import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  instanceOf,
  makeScheduler,
  OK,
  runAll,
  single,
  startAll,
  words,
} from "../../tests/scheduler/builders.ts";
import { type Policy, PolicyError, policyOf, type Stats, type Task } from "../policies/mod.ts";

Deno.test("Scheduler.next() serves the group with the least running ÷ weight, then the one served longest ago", () => {
  const weights: Record<string, number> = { a: 2, b: 1, c: 1 };
  const policy: Policy = { group: (task) => task.chain, weight: ({ name }) => weights[name]! };
  const scheduler = makeScheduler(policy);
  for (const name of ["c", "a", "b"]) {
    for (let i = 0; i < 6; i++) scheduler.submit(instanceOf(single(name), `${name}${i}`), 0);
  }
  assertEquals(startAll(scheduler).map((task) => task.chain).join(""), "cabacbaacbaacbcbcb");
});

Deno.test("Scheduler.submit() reads a group's weight again, for all that waits of the group", () => {
  const scheduler = makeScheduler(policyOf("fair-share", { by: "of" }), { functions: { x: 9 } });
  const submit = (id: string, fn: string, weight: number) =>
    scheduler.submit(instanceOf(single(fn), id, { labels: { of: id[0]! }, weight }), 0);
  for (const id of ["a0", "b0", "a1", "b1", "a2", "b2"]) submit(id, "x", 1);
  assertEquals(words(Array.from({ length: 3 }, () => scheduler.next(0)!)), "a0/x b0/x a1/x");
  submit("a3", "y", 4); // waits elsewhere than a2, as only x has a limit; both count a's 2 running by 4 now
  assertEquals(words(startAll(scheduler)), "a2/x a3/y b1/x b2/x");
});

Deno.test("Scheduler.next() goes by the ranks of a group's work, also once some of it waits behind another limit", () => {
  const policy: Policy = { group: () => "all", rank: (task) => task.priority };
  const scheduler = makeScheduler(policy, { functions: { f: 5, g: 5 } });
  const submit = (id: string, fn: string, priority: number) =>
    scheduler.submit(instanceOf(single(fn), id, { priority }), 0);
  submit("second", "f", 2);
  submit("first", "g", 1);
  assertEquals(words(startAll(scheduler)), "first/g second/f");
});

Deno.test("Scheduler.next() reads the weights again every 100 ms, and no more often", () => {
  let readings = 0;
  let favourite = "a";
  const policy: Policy = {
    group: (task) => task.chain,
    weight: ({ name }) => (readings++, name === favourite ? 10 : 1),
  };
  const scheduler = makeScheduler(policy, { global: 4 });
  for (const name of ["a", "b"]) {
    for (let i = 0; i < 4; i++) scheduler.submit(instanceOf(single(name), `${name}${i}`), 1000);
  }
  const running = startAll(scheduler, 1000);
  assertEquals(words(running), "a0/a b0/b a1/a a2/a");
  favourite = "b";
  scheduler.settle(running[1]!, OK, 1000);
  const atOnce = scheduler.next(1099)!;
  assertEquals(atOnce.chain, "b", "its own group's weight is read when something happens to it");
  favourite = "a";
  readings = 0;
  assertEquals(scheduler.next(1099), undefined);
  assertEquals(readings, 0);
  assertEquals(scheduler.next(1100), undefined);
  assertEquals(readings, 2);
  assertEquals(scheduler.next(1199), undefined);
  assertEquals(readings, 2);
  scheduler.next(1200);
  assertEquals(readings, 4);
});

Deno.test("Scheduler.next() obeys weights that only a sweep has seen change", () => {
  const policy: Policy = {
    group: (task) => task.chain,
    weight: ({ name }, { nowMs }) => (name === "a") === (nowMs < 1100) ? 10 : 1,
  };
  for (const [nowMs, chain] of [[1099, "a"], [1100, "b"]] as const) {
    const scheduler = makeScheduler(policy, {});
    for (const name of ["a", "b"]) {
      for (let i = 0; i < 3; i++) scheduler.submit(instanceOf(single(name), `${name}${i}`), 1000);
    }
    for (let i = 0; i < 2; i++) scheduler.next(1000);
    assertEquals(scheduler.next(nowMs)?.chain, chain);
  }
});

Deno.test("Scheduler.setPolicy() keeps the declared weight of a group that has nothing but attempts in flight", () => {
  const scheduler = makeScheduler();
  for (const [id, weight] of [["a", 3], ["b", 1]] as const) {
    scheduler.submit(instanceOf(single(id), id, { weight }), 0);
  }
  scheduler.next(0);
  let weights: number[] = [];
  const group = (task: Task) => task.chain;
  scheduler.setPolicy({
    group,
    weight: ({ declaredWeight }, { groups }) => {
      weights = [...groups.values()].map((group) => group.declaredWeight);
      return declaredWeight;
    },
  });
  assertEquals(weights, [3, 1]);
});

Deno.test("Scheduler forgets groups without work, and none with", () => {
  let stats: Stats | undefined;
  const policy: Policy = {
    group: (task) => task.labels.tenant ?? "",
    rank: (_, now) => (stats = now, 0),
  };
  const scheduler = makeScheduler(policy, { global: 10, fixed: true });
  const one = single("one");
  const submit = (i: number) => scheduler.submit(instanceOf(one, `${i}`, { labels: { tenant: `${i}` } }), i);
  for (let i = 0; i < 10; i++) submit(i);
  const running = startAll(scheduler);
  scheduler.setLimits({ global: 11, fixed: true });
  for (let i = 10; i < 5000; i++) {
    submit(i);
    scheduler.settle(scheduler.next(i)!, OK, i);
    assert(stats!.groups.size <= 1100);
  }
  for (const { labels } of running) assertEquals(stats!.groups.get(labels.tenant!)?.running, 1);
  for (const task of running) scheduler.settle(task, OK, 5000);
  for (let i = 0; i < 3000; i++) submit(i);
  assert(stats!.groups.size >= 3000);
  assertEquals(words(runAll(scheduler)), Array.from({ length: 3000 }, (_, i) => `${i}/one`).join(" "));
});

Deno.test("Scheduler serves a group of many functions with limits, also when it comes again after it was forgotten", () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
  const functions = Object.fromEntries(names.map((name) => [name, 1]));
  const policy = policyOf("fair-share+strict-priority", { by: "tenant" });
  const scheduler = makeScheduler(policy, { functions });
  const chains = names.map((name, priority) => single(name, { priority: -priority }));
  const round = (nowMs: number) => {
    for (const tenant of ["a", "b"]) {
      chains.forEach((chain) =>
        scheduler.submit(instanceOf(chain, `${tenant}${chain.name}`, { labels: { tenant } }), nowMs)
      );
    }
    const first = startAll(scheduler, nowMs);
    const order = names.toReversed().map((name, i) => `${i % 2 ? "b" : "a"}${name}/${name}`);
    assertEquals(words(first), order.join(" "), "each function runs once at a time, for the tenants in turn");
    for (const task of first) scheduler.settle(task, OK, nowMs);
    assertEquals(runAll(scheduler, nowMs).length, names.length);
  };
  for (let nowMs = 0; nowMs < 3; nowMs++) {
    round(nowMs);
    for (let i = 0; i < 2500; i++) {
      scheduler.submit(instanceOf(chains[0]!, `${i}`, { labels: { tenant: `${i}` } }), nowMs);
      scheduler.settle(scheduler.next(nowMs)!, OK, nowMs);
    }
  }
});

Deno.test("Scheduler refuses answers of a policy that it cannot use", () => {
  const group = () => "all";
  const table: { name: string; policy: Record<string, unknown>; message: string }[] = [
    {
      name: "rank NaN",
      policy: { rank: () => NaN },
      message: "rank answered NaN instead of a number or a list",
    },
    { name: "rank undefined", policy: { rank: () => undefined }, message: "rank answered undefined" },
    { name: "rank text", policy: { rank: () => "1" }, message: "rank answered 1 " },
    { name: "rank null", policy: { rank: () => null }, message: "rank answered null" },
    { name: "rank []", policy: { rank: () => [] }, message: "rank answered  instead" },
    { name: "rank [1, NaN]", policy: { rank: () => [1, NaN] }, message: "rank answered 1,NaN" },
    { name: "rank [1, text]", policy: { rank: () => [1, "2"] }, message: "rank answered 1,2" },
    { name: "group number", policy: { group: () => 7 }, message: "group answered 7 instead of a text" },
    { name: "group undefined", policy: { group: () => undefined }, message: "group answered undefined" },
    { name: "weight 0", policy: { group, weight: () => 0 }, message: "weight answered 0 instead" },
    { name: "weight -1", policy: { group, weight: () => -1 }, message: "weight answered -1" },
    { name: "weight NaN", policy: { group, weight: () => NaN }, message: "weight answered NaN" },
    { name: "weight ∞", policy: { group, weight: () => Infinity }, message: "weight answered Infinity" },
    { name: "weight none", policy: { group, weight: () => undefined }, message: "weight answered undefined" },
  ];
  for (const { name, policy, message } of table) {
    const scheduler = makeScheduler(policy as Policy);
    const submit = () => scheduler.submit(instanceOf(single("one"), "a"), 0);
    const { code } = assertThrows(submit, PolicyError, `Cannot schedule: the policy's ${message}`, name);
    assertEquals(code, "bad-answer");
  }
});

Deno.test("Scheduler.next() takes ranks that are infinite or lists of several lengths", () => {
  const ranks = [[2], [1, 5], 1, [1, -Infinity], [-Infinity], Infinity, [1, 5, 0], -1, [1, Infinity]];
  const scheduler = makeScheduler({ rank: (task) => ranks[Number(task.instance)]! });
  ranks.forEach((_, i) => scheduler.submit(instanceOf(single("one"), `${i}`), 0));
  const order = startAll(scheduler).map((task) => ranks[Number(task.instance)]);
  assertEquals(order, [[-Infinity], -1, 1, [1, -Infinity], [1, 5], [1, 5, 0], [1, Infinity], [2], Infinity]);
});

Deno.test("Scheduler.next() copies lists: what a policy does to them later changes nothing", () => {
  const list = [1, 0];
  const scheduler = makeScheduler({
    rank: (task) => {
      list[1] = -Number(task.instance);
      return list;
    },
  });
  for (let i = 0; i < 5; i++) scheduler.submit(instanceOf(single("one"), `${i}`), 0);
  assertEquals(startAll(scheduler).map((task) => task.instance).join(""), "43210");
});
