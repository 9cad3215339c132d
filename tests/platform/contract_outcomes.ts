/** The outcomes of calls. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type FunctionOptions, NULL, type Outcome, writeJson } from "../../lib/model/mod.ts";
import type { PlatformCase, PlatformHarness } from "./contract_case.ts";
import { outputOf, TEXTS } from "./contract_requests.ts";
import type { Act } from "./stage.ts";

export const BACKGROUND = "a call in the background is done once the platform has taken it";
export const MISSING = "a function that is not there fails for good";

const never = new AbortController().signal;

/** The outcome of a call that takes a course. */
async function after({ platform, stage, call }: PlatformHarness, act: Act, options: FunctionOptions = {}) {
  stage.play(act);
  return await platform.invoke(call(options), never);
}

function failed(outcome: Outcome): Extract<Outcome, { kind: "failed" }> {
  assert(outcome.kind === "failed", `it is ${JSON.stringify(outcome)}`);
  return outcome;
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** From the answer to its meaning. */
export const outcomeCases: readonly PlatformCase[] = [
  {
    name: "the JSON that a function answers is its output",
    async run(harness) {
      for (const output of [{ files: [1, 2.5, "ä"] }, "text", 0, false, null, []]) {
        const answer = await after(harness, { kind: "answers", output });
        assertEquals([outputOf(answer.outcome), answer.status], [output, 200]);
      }
    },
  },
  {
    name: TEXTS,
    async run(harness) {
      const { outcome } = await after(harness, { kind: "text", text: "plain words" });
      assertEquals(outcome, { kind: "ok", output: writeJson("plain words"), isText: true });
      assertEquals((await after(harness, { kind: "text", text: "" })).outcome, { kind: "ok", output: NULL });
    },
  },
  {
    name: "a function that fails may be tried again, and its message is the reason",
    async run(harness) {
      const { outcome } = await after(harness, { kind: "fails", message: "no such table" });
      const { reason, retryable, cause } = failed(outcome);
      assertMatch(reason, /no such table$/);
      assertEquals([retryable, cause], [true, "server-error"]);
    },
  },
  {
    name: MISSING,
    async run(harness) {
      const { outcome } = await after(harness, { kind: "missing" });
      assertEquals([failed(outcome).retryable, failed(outcome).cause], [false, undefined]);
    },
  },
  {
    name: "a call without capacity is throttled, and the wait that is asked for is told",
    async run(harness) {
      const { outcome, status } = await after(harness, { kind: "refused", retryAfterS: 7 });
      assert(outcome.kind === "throttled", `it is ${JSON.stringify(outcome)}`);
      assertEquals([outcome.retryAfterMs, status], [7000, 429]);
      assertEquals((await harness.platform.invoke(harness.call(), never)).outcome.kind, "ok");
    },
  },
  {
    name: "a call that is not answered in time has failed, and may be tried again",
    async run(harness) {
      const { outcome, status } = await after(harness, { kind: "hangs" }, { timeout: 100 });
      assertEquals(outcome, {
        kind: "failed",
        reason: "no answer within 100 ms",
        retryable: true,
        cause: "timeout",
      });
      assertEquals(status, 0);
    },
  },
  {
    name: "a call whose connection breaks has failed, and may be tried again",
    async run(harness) {
      const { outcome, status } = await after(harness, { kind: "cut" });
      assertEquals([failed(outcome).retryable, failed(outcome).cause, status], [true, "network", 0]);
    },
  },
  {
    name: "a call that is stopped ends at once, as does one that was stopped before",
    async run({ platform, stage, call }) {
      const stop = new AbortController();
      stage.play({ kind: "hangs" });
      const reached = stage.reached(), stopped = platform.invoke(call(), stop.signal);
      await reached;
      stop.abort();
      for (const { outcome, status } of [await stopped, await platform.invoke(call(), stop.signal)]) {
        assertEquals(outcome, { kind: "failed", reason: "it was stopped", retryable: true });
        assertEquals(status, 0);
      }
      assertEquals(stage.events.length, 1);
    },
  },
  {
    name: "an answer of more than 256 KiB is not taken, and not asked for again",
    async run(harness) {
      const most = "x".repeat(262_142); // with its quotes
      assertEquals(outputOf((await after(harness, { kind: "answers", output: most })).outcome), most);
      const { outcome } = await after(harness, { kind: "answers", output: `${most}x` });
      assertEquals(outcome, {
        kind: "failed",
        reason: "output-too-large: its answer is longer than 262144 bytes",
        retryable: false,
      });
    },
  },
  {
    name: "an answer that nests too deep to be passed on is not taken",
    async run(harness) {
      const output = (depth: number) => JSON.parse(nested(depth));
      assertEquals((await after(harness, { kind: "answers", output: output(100) })).outcome.kind, "ok");
      const { outcome } = await after(harness, { kind: "answers", output: output(101) });
      assertEquals(outcome, {
        kind: "failed",
        reason: "output-too-deep: its answer has more than 100 lists and objects in each other",
        retryable: false,
      });
    },
  },
  {
    name: BACKGROUND,
    async run(harness) {
      const { outcome, status } = await after(harness, { kind: "answers", output: 7 }, { background: true });
      assertEquals([outcome, status], [{ kind: "ok", output: NULL }, 202] as unknown[]);
    },
  },
];
