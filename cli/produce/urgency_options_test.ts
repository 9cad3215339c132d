import { assertEquals, assertThrows } from "@std/assert";
import { single } from "../../tests/queue/samples.ts";
import { loadOf } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { readOptions } from "../shell/options.ts";
import { dueWords, URGENCY_OPTIONS, withUrgency } from "./urgency_options.ts";

const load = loadOf({ workload: { chains: [{ chain: single, priority: 1, deadlineMs: 2 }] } });

function urgent(...args: readonly string[]) {
  return withUrgency(load, readOptions(URGENCY_OPTIONS, args).values);
}

Deno.test("withUrgency() wins over the workload, and leaves alone what is not given", () => {
  const { workload: { chains }, due } = urgent("--priority=-3", "--deadline", "5s", "--in", "10m");
  assertEquals([chains, due], [[{ chain: single, priority: -3, deadlineMs: 5000 }], { inMs: 600_000 }]);
  assertEquals(urgent(), load);
});

Deno.test("withUrgency() reads instants, and says when instances are due", () => {
  const { due } = urgent("--at", "2026-12-01T09:00Z");
  assertEquals(due, { atMs: Date.UTC(2026, 11, 1, 9) });
  assertEquals(dueWords({ ...load, due: due! }), ", due at 2026-12-01T09:00:00.000Z");
  assertEquals(dueWords(urgent("--in", "5m")), ", due 5m later");
});

Deno.test("withUrgency() refuses what contradicts itself or cannot be read", () => {
  assertThrows(() => urgent("--in", "5s", "--at", "2026-12-01T09:00Z"), UsageError, "one of --in and --at");
  for (const args of [["--priority", "1.5"], ["--priority", "3000000000"], ["--in", "0s"], ["--at", "5s"]]) {
    assertThrows(() => urgent(...args), UsageError, args[0]);
  }
});
