import { assertEquals } from "@std/assert";
import type { Join } from "./chain.ts";
import { type Before, JOINS, runsAfter } from "./join.ts";

const ok: Before = { state: "ok", onFailure: "fail" };
const skipped: Before = { state: "skipped", onFailure: "fail" };
const failed: Before = { state: "failed", onFailure: "skip" };
const cancelled: Before = { state: "cancelled", onFailure: "skip" };
const shrugged: Before = { state: "failed", onFailure: "continue" };
const alsoShrugged: Before = { state: "cancelled", onFailure: "continue" };

/** The table of the documentation, with each kind of loss in turn: what runs, by join. */
const rows: readonly (readonly [before: readonly Before[], runs: readonly Join[]])[] = [
  [[], ["all", "any", "settled"]],
  [[ok], ["all", "any", "settled"]],
  [[ok, skipped], ["all", "any", "settled"]],
  [[ok, failed], ["any", "settled"]],
  [[ok, cancelled], ["any", "settled"]],
  [[ok, failed, skipped], ["any", "settled"]],
  [[ok, cancelled, skipped], ["any", "settled"]],
  [[failed], ["settled"]],
  [[cancelled], ["settled"]],
  [[failed, cancelled], ["settled"]],
  [[failed, skipped], ["settled"]],
  [[cancelled, skipped], ["settled"]],
  [[skipped], []],
  [[skipped, skipped], []],
  [[shrugged], ["all", "any", "settled"]],
  [[alsoShrugged], ["all", "any", "settled"]],
  [[shrugged, skipped], ["all", "any", "settled"]],
  [[shrugged, failed], ["any", "settled"]],
];

const words = (before: readonly Before[]) =>
  before.map(({ state, onFailure }) => `${state}/${onFailure}`).join(", ") || "none";

for (const [before, runs] of rows) {
  Deno.test(`runsAfter() ${words(before)}: ${runs.join(", ") || "–"}`, () => {
    for (const order of [before, before.toReversed()]) {
      assertEquals(JOINS.filter((join) => runsAfter(join, order)), [...runs]);
    }
  });
}
