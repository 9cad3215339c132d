import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DelayedLine } from "./delayed_line.ts";

interface One {
  readonly instance: { readonly dueAtMs: number };
}

const one = (dueAtMs: number): One => ({ instance: { dueAtMs } });

Deno.test("DelayedLine hands out what is due in that order, and nothing that has left", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("add" as const), ms: fc.nat(100) }),
    fc.record({ do: fc.constant("leave" as const), ms: fc.nat(9) }),
    fc.record({ do: fc.constant("take" as const), ms: fc.nat(100) }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const line = new DelayedLine<One>();
    let model: One[] = [];
    for (const { do: what, ms } of steps) {
      if (what === "add") {
        const added = one(ms);
        model.push(added);
        line.add(added);
      } else if (what === "leave") {
        const [left] = model.splice(ms % Math.max(1, model.length), 1);
        if (left !== undefined) line.leave(left);
      } else {
        const due = model.filter(({ instance }) => instance.dueAtMs <= ms);
        model = model.filter((each) => !due.includes(each));
        const taken = [...line.take(ms)];
        assertEquals(new Set(taken), new Set(due));
        const times = taken.map(({ instance: { dueAtMs } }) => dueAtMs);
        assertEquals(times, times.toSorted((a, b) => a - b));
      }
      const next = Math.min(...model.map(({ instance: { dueAtMs } }) => dueAtMs));
      assertEquals(line.nextMs ?? Infinity, next);
    }
  }));
});

Deno.test("DelayedLine keeps nothing of those that have left", () => {
  const line = new DelayedLine<One>(), stays = one(1e9);
  line.add(stays);
  for (let i = 0; i < 5000; i++) {
    const left = one(i + 2e9);
    line.add(left);
    line.leave(left);
  }
  assert(line.size < 2000, `${line.size}`);
  assertEquals(line.nextMs, 1e9);
});
