/** The scheduler forgets tenants, functions and chains when no work of theirs is left. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { instanceOf, makeScheduler, OK, single, startAll } from "../../tests/scheduler/builders.ts";
import { seededRandom } from "../model/mod.ts";
import { type Policy, policyOf, type Stats } from "../policies/mod.ts";
import { ChainPlan } from "./chain_plan.ts";
import { FunctionLoads } from "./function_load.ts";
import { InstanceRun, Invocation } from "./invocation.ts";
import { WHOLE } from "./limit_part.ts";
import { Gates } from "./gates.ts";
import { Platforms } from "./platform_pool.ts";
import { Reserves } from "./reserves.ts";
import { RunTimes } from "./run_times.ts";
import { WaysOut } from "./ways_out.ts";
import type { Scheduler } from "./scheduler.ts";

/** Shares by tenant, and lets the sizes of what policies see be looked at. */
class Looking implements Policy {
  groups = 0;
  functions = 0;
  readonly group = policyOf("fair-share", { by: "tenant" }).group!;
  readonly rank = (_: unknown, { groups, functions }: Stats): number => {
    this.groups = Math.max(this.groups, groups.size);
    this.functions = Math.max(this.functions, functions.size);
    return 0;
  };
}

function runOne(scheduler: Scheduler, i: number, fn: string, tenant: string): void {
  scheduler.submit(instanceOf(single(fn), `i${i}`, { labels: { tenant } }), i);
  const task = scheduler.next(i)!;
  assert(scheduler.settle(task, OK, i, 1).ended !== undefined);
}

Deno.test("Scheduler forgets groups and functions of which nothing is left, and not what is learned of some thousand", () => {
  const policy = new Looking();
  const scheduler = makeScheduler(policy, { global: 10, labels: { tenant: 2 } });
  for (let i = 0; i < 15_000; i++) runOne(scheduler, i, `f${i}`, `t${i}`);
  assert(policy.groups <= 1001, `${policy.groups} groups`);
  assert(policy.functions <= 10_001, `${policy.functions} functions`);
  assertEquals(scheduler.expectedWorkMs(), 0);
});

Deno.test("Scheduler counts and learns of a function again that was forgotten, for chains that are older than that", () => {
  const seen: (number | undefined)[] = [];
  const policy: Policy = { rank: (_, { functions }) => (seen.push(functions.get("often")?.unsettled), 0) };
  const scheduler = makeScheduler(policy);
  const often = single("often");
  scheduler.submit(instanceOf(often, "first"), 0);
  scheduler.settle(scheduler.next(0)!, OK, 10, 10);
  for (let i = 0; i < 15_000; i++) runOne(scheduler, i, `f${i}`, "t");
  assertEquals(seen.at(-1), undefined);
  for (const id of ["a", "b"]) scheduler.submit(instanceOf(often, id), 20_000);
  assertEquals(seen.slice(-2), [1, 2]);
  for (const task of startAll(scheduler, 20_000)) scheduler.settle(task, OK, 20_500, 500);
  scheduler.submit(instanceOf(often, "c"), 21_000);
  assertEquals(scheduler.expectedWorkMs(), 500);
});

Deno.test("FunctionLoads.forgetIdle() keeps what something is left of, and visits each of the others once", () => {
  const loads = new FunctionLoads(), spec = single("f").nodes[0]!.fn;
  let forgotten = 0;
  for (let i = 0; i < 100_000; i++) {
    const load = loads.of({ ...spec, name: `f${i}` });
    if (i % 10 === 0) load.arrive(i);
    if (loads.forgetIdle()) forgotten++;
  }
  for (let i = 0; i < 100_000; i += 10) assert(loads.byName.has(`f${i}`), `f${i} is unsettled`);
  assert(loads.byName.size < 10_000 + 3 * 10_000, String(loads.byName.size));
  assert(forgotten < 10, String(forgotten));
});

Deno.test("Gates forgets values of labels of which nothing is left", () => {
  const time = { nowMs: 0 }, loads = new FunctionLoads(), times = new RunTimes();
  const gates = new Gates(
    { labels: { tenant: 2 } },
    time,
    new Platforms([], new WaysOut([], seededRandom(1)), undefined, time),
    { pauses: [], holds: new Map(), part: WHOLE, leases: undefined },
    new Reserves(),
  );
  const chain = single("f"), plan = new ChainPlan(chain, times, loads);
  const gateOf = (tenant: string) =>
    gates.of(
      new Invocation(
        new InstanceRun(instanceOf(chain, tenant, { labels: { tenant } }), plan, 0),
        0,
        undefined,
        0,
      ),
    );
  const kept = gateOf("kept"), busy = gateOf("busy");
  for (const limit of busy.limits) limit.enter();
  for (let i = 0; i < 100_000; i++) {
    gateOf(`t${i}`);
    if (gates.areMany) gates.keepOnly(new Set([kept]));
    assert(gates.remembered <= 2010, String(gates.remembered));
  }
  assertEquals(gateOf("kept"), kept, "something waits for it");
  assertEquals(gateOf("busy").limits, busy.limits, "something counts against it");
});

const TENANTS = 3000;

Deno.test("Scheduler holds limits by label, and loses nothing, while values are forgotten", () => {
  const policies = ["fcfs", "fair-share", "fair-share-functions"];
  for (const policy of policies) {
    for (const by of ["tenant", "kind"]) {
      fc.assert(
        fc.property(fc.array(fc.nat(TENANTS), { minLength: 8000, maxLength: 8000 }), (tenants) => {
          const scheduler = makeScheduler(policyOf(policy, { by }), { global: 40, labels: { tenant: 2 } });
          const chains = ["a", "b", "c"].map((name) => single(name));
          const running = new Map<string, number>();
          const tasks: ReturnType<typeof startAll> = [];
          let ended = 0;
          const step = (nowMs: number) => {
            for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
              const { tenant = "" } = task.labels, count = (running.get(tenant) ?? 0) + 1;
              assert(count <= 2, `${count} of ${tenant}`);
              running.set(tenant, count);
              tasks.push(task);
            }
            // the first stay for long, across many others
            const [task] = tasks.splice(Math.min(tasks.length - 1, 20), 1);
            if (task === undefined) return false;
            running.set(task.labels.tenant!, running.get(task.labels.tenant!)! - 1);
            if (scheduler.settle(task, OK, nowMs).ended) ended++;
            return true;
          };
          tenants.forEach((of, i) => {
            const labels = { tenant: i % 7 === 0 ? "often" : `t${of}`, kind: `k${i % 3}` };
            scheduler.submit(instanceOf(chains[i % 3]!, `i${i}`, { labels }), i);
            if (i % 3 > 0 || i > 2000) step(i);
          });
          while (step(tenants.length));
          assertEquals([ended, scheduler.stats().instances], [tenants.length, 0]);
        }),
        { numRuns: 2 },
      );
    }
  }
});
