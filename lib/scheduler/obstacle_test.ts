import { assertEquals } from "@std/assert";
import { chain, fn, type Instance, instanceMaker, type Outcome, seededRandom } from "../model/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { type Invocation, Scheduler, type SchedulerOptions } from "./mod.ts";

const make = instanceMaker(seededRandom(2));
const SHAKY: Outcome = { kind: "failed", reason: "it broke", retryable: true };
const DOWN: Outcome = { kind: "unserved", reason: "nobody is there" };
const OK: Outcome = { kind: "ok", output: "1" as never };

const one = chain("one", ({ call }) => void call(fn("f")));
const two = chain("two", ({ call }) => void call(fn("f"), { after: call(fn("g")) }));
const fork = chain("fork", ({ call }) => {
  call(fn("f"));
  call(fn("g"), { name: "beside" });
});
const perhaps = chain("perhaps", ({ call }) => void call(fn("f"), { when: "args.x" }));

function world(options: Partial<SchedulerOptions> = {}) {
  const scheduler = new Scheduler({ policy: policyOf("fcfs"), random: seededRandom(1), ...options });
  const submit = (of: typeof one, labels = {}): Instance => {
    const instance = make({ chain: of, labels }, 0);
    scheduler.submit(instance, 0);
    return instance;
  };
  const start = (nowMs = 0): Invocation[] => {
    const started: Invocation[] = [];
    for (let task = scheduler.next(nowMs); task; task = scheduler.next(nowMs)) started.push(task);
    return started;
  };
  return { scheduler, submit, start, obstacle: ({ id }: Instance) => scheduler.obstacleOf(id) };
}

Deno.test("Scheduler.obstacleOf() names what keeps an instance from starting, and whom else", () => {
  const labels = { tenant: "acme" };
  const limits = { functions: { f: 1 } };
  const label = { name: "tenant", value: "acme" };
  const cases: [Partial<SchedulerOptions>, string, string, typeof label?][] = [
    [{ limits }, "function f", "chain"],
    [{ limits: { chains: { one: 1 } } }, "chain one", "chain"],
    [{ limits: { labels: { tenant: 1 } } }, "label tenant acme", "labels", label],
    [{ limits: { functionRates: { f: 0.1 } } }, "rate of f", "chain"],
    [{ limits: { platforms: { here: 1 } }, platforms: [{ name: "here" }] }, "platforms here", "chain"],
  ];
  for (const [options, name, reach, label] of cases) {
    const { submit, start, obstacle } = world(options);
    const [first, second] = [submit(one, labels), submit(one, labels)];
    start();
    assertEquals([obstacle(first), obstacle(second)], ["free", { name, reach, ...label && { label } }]);
  }
});

Deno.test("Scheduler.obstacleOf() names the pause that is meant", () => {
  const { scheduler, submit, obstacle } = world();
  scheduler.setPauses([{ function: "g" }, { label: { name: "tenant", value: "acme" } }, { function: "f" }]);
  const [plain, acme] = [submit(one), submit(one, { tenant: "acme" })];
  const found = [plain, acme].map(obstacle).map((each) => typeof each === "string" ? each : { ...each });
  assertEquals([(found[0] as { name: string }).name, (found[1] as { name: string }).name], [
    "pause of function f",
    "pause of label tenant=acme",
  ]);
  assertEquals([(found[0] as { reach: string }).reach, (found[1] as { reach: string }).reach], [
    "chain",
    "labels",
  ]);
});

Deno.test("Scheduler.obstacleOf() says of what has begun, or is decided by its args, nothing about others", () => {
  const { scheduler, submit, start, obstacle } = world();
  scheduler.setPauses([{ function: "f" }]);
  const [begun, decided] = [submit(two), submit(perhaps)];
  scheduler.decide(decided.id, 0, { kind: "run" }, 0);
  assertEquals(obstacle(begun), "free", "it may start at its turn");
  const [task] = start();
  assertEquals(obstacle(begun), "free", "it is in flight");
  scheduler.settle(task!, OK, 1);
  const expected = { name: "pause of function f", reach: "instance" };
  assertEquals([obstacle(begun), obstacle(decided)], [expected, expected]);
});

Deno.test("Scheduler.obstacleOf() is free as long as one of an instance's nodes may start", () => {
  const { scheduler, submit, start, obstacle } = world();
  scheduler.setPauses([{ function: "f" }]);
  const instance = submit(fork);
  assertEquals(obstacle(instance), "free");
  scheduler.settle(start()[0]!, OK, 1);
  assertEquals(obstacle(instance), { name: "pause of function f", reach: "instance" });
  assertEquals(scheduler.obstacleOf("unknown"), "free");
});

Deno.test("Scheduler.obstacleOf() knows what waits to be tried again, and for a function that nobody serves", () => {
  const { scheduler, submit, start, obstacle } = world();
  const [failed, unserved] = [submit(one), submit(chain("other", ({ call }) => void call(fn("h"))))];
  for (const task of start()) scheduler.settle(task, task.function === "f" ? SHAKY : DOWN, 1);
  start(2);
  assertEquals(obstacle(failed), { name: "retries of f", reach: "instance" });
  assertEquals((obstacle(unserved) as { name: string }).name, "unserved modelled h");
});

Deno.test("Scheduler.submit() goes on with delays that began elsewhere, and counts the failures", () => {
  const { scheduler, submit, start } = world();
  const instance = submit(one);
  const [task] = start();
  scheduler.settle(task!, SHAKY, 1);
  const { untilMs } = scheduler.delaysOf(instance.id)[0]!;
  const next = world();
  const delays = [{ node: 0, failures: 2, untilMs: untilMs + 5000 }];
  next.scheduler.submit(instance, 10, [], { submittedAtMs: 0, delays });
  assertEquals([next.start(untilMs + 4999).length, next.scheduler.wakeAtMs()], [0, untilMs + 5000]);
  const [again] = next.start(untilMs + 5000);
  assertEquals([again?.attempt, next.scheduler.settle(again!, SHAKY, 9000).verdict], [3, "failed"]);
});
