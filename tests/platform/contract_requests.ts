/** The requests that functions get. */
import { assert, assertEquals } from "@std/assert";
import { isObject, type Json, type Outcome, readJson, writeJson } from "../../lib/model/mod.ts";
import type { PlatformCase } from "./contract_case.ts";

/** The name of a test that a platform without headers cannot pass. */
export const TEXTS = "an answer that is no JSON is a text";
export const URLS = "a URL that no pattern allows is not called";

const never = new AbortController().signal;

/** The output of a call that went well. */
export function outputOf(outcome: Outcome): Json {
  assert(outcome.kind === "ok", `it is ${JSON.stringify(outcome)}`);
  return readJson(outcome.output) as Json;
}

/** From the call to the function. */
export const requestCases: readonly PlatformCase[] = [
  {
    name: "the function is given the event, whatever its args and inputs hold",
    async run({ platform, call }) {
      const args = { text: 'ä\u2028😀\n"', list: [1, { deep: null }] };
      const made = call({}, {
        args: writeJson(args),
        inputs: { before: writeJson({ a: 1 }), "b:c": writeJson(null) },
        attempt: 2,
      });
      const { outcome, cold } = await platform.invoke(made, never);
      assertEquals(cold, false);
      const { id } = made.instance;
      assertEquals(outputOf(outcome), {
        id: `${id}/n`,
        name: "functionSide",
        ip: "127.0.0.1",
        port: 0,
        chain: "single",
        instance: id,
        node: "n",
        attempt: 2,
        args,
        inputs: { before: { a: 1 }, "b:c": null },
      });
    },
  },
  {
    name: "a function that knows nothing of Sequoia is given the bare args",
    async run({ platform, call }) {
      const { outcome } = await platform.invoke(call({ payload: "args" }), never);
      assertEquals(outputOf(outcome), { size: 3 });
    },
  },
  {
    name:
      "all attempts of an invocation have one idempotency key, each its number; other invocations have others",
    async run({ platform, stage, call }) {
      const { instance } = call();
      stage.play({ kind: "fails", message: "no" }, { kind: "refused" });
      for (const attempt of [1, 2, 3]) await platform.invoke(call({}, { instance, attempt }), never);
      await platform.invoke(call({}, { instance, item: 7 }), never);
      const events = stage.events.filter(isObject);
      // a platform that refuses a call itself does not show it to the function
      const keys = events.map(({ id }) => id), attempts = events.map(({ attempt }) => attempt);
      assertEquals([new Set(keys.slice(0, -1)), keys.at(-1)], [
        new Set([`${instance.id}/n`]),
        `${instance.id}/n/7`,
      ]);
      assertEquals([attempts[0], attempts.at(-2), attempts.at(-1)], [1, 3, 1]);
    },
  },
  {
    name: "calls at the same time have each their own answer",
    async run({ platform, call }) {
      const sent = Array.from({ length: 50 }, (_, n) => n);
      const outputs = sent.map(async (n) => {
        const made = call({ payload: "args" }, { args: writeJson({ n }) });
        return outputOf((await platform.invoke(made, never)).outcome);
      });
      assertEquals(await Promise.all(outputs), sent.map((n) => ({ n })));
    },
  },
  {
    name: URLS,
    options: { allowed: ["http://elsewhere.example", "lambda:us-east-1:other", "openwhisk://elsewhere/_/*"] },
    async run({ platform, stage, call }) {
      const { outcome, status } = await platform.invoke(call(), never);
      assert(outcome.kind === "failed" && !outcome.retryable);
      assertEquals([outcome.reason.startsWith("url-refused: "), status], [true, 0]);
      assertEquals(stage.relay.connections, 0);
    },
  },
];
