import { assertEquals } from "@std/assert";
import { PolicyError } from "../policies/mod.ts";
import type { NoteLevel } from "./note_events.ts";
import { type NoteFields, notesTo } from "./notes.ts";

function noted(nowMs = 0) {
  const notes: [NoteLevel, string][] = [];
  const hooks = notesTo((words, level) => notes.push([level, words]), { nowMs: () => nowMs });
  return { hooks, take: () => notes.splice(0) };
}

Deno.test("notesTo() tells each time that a clock was set, and once that those of producers differ", () => {
  const { hooks, take } = noted();
  hooks.onClock({ kind: "set", byMs: -60_000 });
  hooks.onClock({ kind: "set", byMs: 3_600_000 });
  hooks.onClock({ kind: "differs", byMs: 5000 });
  hooks.onClock({ kind: "differs", byMs: 6000 });
  assertEquals(take(), [
    ["warn", "The system's clock was set back by 1m"],
    ["warn", "The system's clock was set on by 1h, or the machine slept"],
    [
      "warn",
      "An instance says that it was submitted 5s from now: its producer's clock differs, or a clock was set. " +
      "Such instances count from when they came",
    ],
  ]);
});

Deno.test("notesTo() warns of what waits, and says when it goes on", () => {
  const { hooks, take } = noted(10_000);
  hooks.onUnserved({ function: "pay", reason: "function pay is served by nobody" }, false);
  hooks.onUnserved({ function: "pay", reason: "function pay is served by nobody" }, true);
  hooks.onHeldRetries({ function: "pay", platform: "edge", waiting: 3 });
  hooks.onHeldRetries({ function: "pay", waiting: 0 });
  hooks.onThrottled("pay", { function: "pay", reason: "429", sinceMs: 0 });
  hooks.onThrottled("pay", undefined);
  hooks.onAsked({ askedMs: 30_000, untilMs: 40_000 });
  hooks.onAsked({ askedMs: 3_600_000, untilMs: 70_000, platform: "edge", function: "pay" });
  hooks.onFloorShortage({ reserved: 25, limit: 20 });
  assertEquals(take(), [
    ["warn", "function pay is served by nobody"],
    ["info", "function pay is served now"],
    [
      "warn",
      "Holding 3 retries of function pay on edge back: its calls fail, and more of them would multiply the load. " +
      "They go as calls succeed. See --retry-budget",
    ],
    ["info", "Holding no retries of function pay back any more"],
    ["warn", "No call of function pay has been let in for a minute: 429. Check its platform"],
    ["info", "Function pay is not refused any more"],
    ["warn", "The platform has asked callers to wait for 30s: nothing starts there"],
    [
      "warn",
      "The platform edge, for function pay, has asked callers to wait for 1h: no call of that starts; " +
      "after 1m one call asks again",
    ],
    [
      "warn",
      "Cannot keep all floors: they reserve 25 slots, and the platform runs 20 calls at once. " +
      "The floors share these in proportion. Lower them with --floor",
    ],
  ]);
});

Deno.test("notesTo() shows settings that came in force, and what was refused", () => {
  const { hooks, take } = noted();
  hooks.onSettings("The queue sets the limit to 5", { setting: "limit", value: "5" });
  hooks.onRefused(new Error("Cannot use the policy"));
  assertEquals(take(), [
    ["info", "The queue sets the limit to 5. See sequoia queue settings"],
    ["error", "Cannot use the policy"],
  ]);
});

Deno.test("notesTo() tells what the queue pauses, names few of many, and what is resumed", () => {
  const { hooks, take } = noted();
  hooks.onPauses({ paused: [{}, { function: "pay" }], resumed: [{ chain: "order" }] });
  hooks.onPauses({ paused: Array.from({ length: 9 }, (_, i) => ({ chain: `c${i}` })), resumed: [] });
  assertEquals(take(), [
    ["info", "Paused by the queue: everything; function pay"],
    ["info", "Resumed by the queue: chain order"],
    ["info", "Paused by the queue: chain c0; chain c1; chain c2; 6 more"],
  ]);
});

Deno.test("notesTo() tells programs which event it is, and its particulars", () => {
  const told: NoteFields[] = [];
  const hooks = notesTo((_words, _level, fields) => void told.push(fields), { nowMs: () => 0 });
  hooks.onUnserved({ function: "pay", reason: "function pay is served by nobody" }, false);
  hooks.onRefused(new PolicyError("not-allowed", "Cannot use the policy"));
  hooks.onAsked({ askedMs: 30_000.4, untilMs: 40_000, platform: "edge" });
  hooks.onSettings("The queue sets none", { setting: "ceilings", value: undefined });
  hooks.onPauses({ paused: [{ function: "pay" }], resumed: [] });
  assertEquals(told, [
    { event: "function-unserved", function: "pay" },
    { event: "setting-refused", code: "not-allowed" },
    { event: "wait-asked", platform: "edge", askedMs: 30_000 },
    { event: "setting-changed", setting: "ceilings", value: null },
    { event: "paused", count: 1, pauses: ["function pay"] },
  ]);
});
