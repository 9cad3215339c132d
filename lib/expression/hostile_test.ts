import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { readJson, realClock } from "../model/mod.ts";
import { chosen } from "../../tests/lanes.ts";
import { DOUBTFUL, HOSTILE } from "./hostile.ts";
import { ExpressionError, Expressions } from "./mod.ts";
import { scopeOf } from "./testing.ts";

const scope = scopeOf({ args: { list: Array.from({ length: 2000 }, (_, n) => ({ n })) } });
/** The promised bound beyond the scope, and the scope's own length, in characters. */
const LONGEST_ANSWER = 4_000_000 + JSON.stringify(scope).length;
const BOUNDS = ["expression-timeout", "expression-depth", "expression-size", "expression-memory"];
/** Longest that an expression may hold the event loop, in milliseconds. */
const LONGEST_HOLD_MS = 20;

/** The code of its error, or undefined if it has a value. */
async function codeOf(expressions: Expressions, text: string): Promise<string | undefined> {
  try {
    const value = await expressions.value(text, scope), items = await expressions.list(text, scope);
    for (const texts of [value === undefined ? [] : [value], items]) {
      const length = texts.reduce((length, { length: more }) => length + more, 0);
      assert(length <= LONGEST_ANSWER, `it answers ${length} characters`);
    }
    return undefined;
  } catch (error) {
    assert(error instanceof ExpressionError, String(error));
    return error.code;
  }
}

/** Evaluates an expression beside an innocent one, which is not simple and whose value must come. */
async function besides(expressions: Expressions, text: string): Promise<string | undefined> {
  const [code, innocent] = await Promise.all([
    codeOf(expressions, text),
    expressions.value("$sum($map(args.list, function($item) { $item.n }))", scope),
  ]);
  assertEquals(innocent === undefined ? undefined : readJson(innocent), 1_999_000);
  return code;
}

for (const [kind, texts] of chosen(Object.entries(HOSTILE))) {
  Deno.test(`Expressions.value() stops what uses too much, and nothing else: ${kind}`, async (t) => {
    await using expressions = new Expressions(realClock);
    for (const text of texts) {
      await t.step(text, async () => {
        const code = await besides(expressions, text);
        assert(BOUNDS.includes(code!), `${code} is no code of a bound`);
      });
    }
  });
}

Deno.test("Expressions.value() comes to an end with what may be within the bounds", async (t) => {
  await using expressions = new Expressions(realClock);
  for (const text of chosen(Object.values(DOUBTFUL).flat())) {
    await t.step(text, async () => {
      await besides(expressions, text);
    });
  }
});

/** The least processor time of some tries: what else the machine does, and what V8 does beside it, does not count. */
function shortest(tries: number, run: () => void): number {
  const measure = () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  let ms = measure();
  for (let i = 1; i < tries && ms > LONGEST_HOLD_MS / 2; i++) ms = Math.min(ms, measure());
  return ms;
}

Deno.test("Expressions.value() never holds the event loop for long", async () => {
  for (const text of [...Object.values(HOSTILE), ...Object.values(DOUBTFUL)].flat()) {
    await using expressions = new Expressions({ after: () => () => {} });
    const pending: unknown[] = [];
    const ms = shortest(10, () => {
      const found = expressions.value(text, scope);
      if (found instanceof Promise) pending.push(found.catch(() => {}));
    });
    assert(ms < LONGEST_HOLD_MS, `${text}: ${ms} ms`);
    await expressions[Symbol.asyncDispose]();
    await Promise.all(pending);
  }
});
