import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { instanceMaker, type Outcome, seededRandom } from "../model/mod.ts";
import { policyOf, type Task } from "../policies/mod.ts";
import { linear, makeScheduler, OK, SHAKY, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import type { Invocation, LoadObserver } from "./mod.ts";

/** Counts what waits and runs by chain, as an observer can. */
class Load implements LoadObserver {
  readonly byChain = new Map<string, { ready: number; running: number }>();

  changed({ chain }: Task, ready: number, running: number): void {
    const load = this.byChain.get(chain) ?? { ready: 0, running: 0 };
    this.byChain.set(chain, { ready: load.ready + ready, running: load.running + running });
  }

  restarted(): void {
    this.byChain.clear();
  }

  get sum() {
    const all = [...this.byChain.values()];
    return {
      ready: all.reduce((sum, { ready }) => sum + ready, 0),
      running: all.reduce((sum, { running }) => sum + running, 0),
    };
  }
}

const OUTCOMES: readonly Outcome[] = [OK, SHAKY, THROTTLED, { kind: "unserved", reason: "nobody is there" }];
const CHAINS = [single("one", { retry: { attempts: 3 } }), linear("two", 3, { retry: { attempts: 2 } })];
const step = fc.oneof(
  fc.record({ kind: fc.constant("submit" as const), chain: fc.nat(1) }),
  fc.record({ kind: fc.constant("start" as const) }),
  fc.record({ kind: fc.constant("settle" as const), which: fc.nat(20), outcome: fc.nat(3) }),
  fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("rules" as const), which: fc.nat(3) }),
);

Deno.test("an observer of the load knows at every step what waits and runs", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const scheduler = makeScheduler("fcfs", { global: 4, functions: { n1: 1 } }), load = new Load();
    const make = instanceMaker(seededRandom(3));
    const ids: string[] = [], running: Invocation[] = [];
    scheduler.submit(make({ chain: CHAINS[0]! }, 0), 0);
    scheduler.observeLoad(load);
    let nowMs = 0;
    for (const each of steps) {
      nowMs += 50;
      switch (each.kind) {
        case "submit": {
          const instance = make({ chain: CHAINS[each.chain]! }, nowMs);
          ids.push(instance.id);
          scheduler.submit(instance, nowMs);
          break;
        }
        case "start": {
          const task = scheduler.next(nowMs);
          if (task !== undefined) running.push(task);
          break;
        }
        case "settle": {
          const [task] = running.splice(each.which % Math.max(1, running.length), 1);
          if (task !== undefined) scheduler.settle(task, OUTCOMES[each.outcome]!, nowMs);
          break;
        }
        case "cancel":
          scheduler.cancel(ids[each.which % Math.max(1, ids.length)] ?? "", nowMs);
          break;
        case "rules":
          if (each.which === 0) scheduler.setPolicy(policyOf("fair-share"));
          else if (each.which === 1) scheduler.setLimits({ global: 3 });
          else scheduler.setPauses(each.which === 2 ? [{ chain: "one" }] : []);
      }
      const { ready, running: inFlight } = scheduler.stats();
      assertEquals(load.sum, { ready, running: inFlight });
    }
  }));
});
