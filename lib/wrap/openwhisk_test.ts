import { assert, assertEquals, assertRejects } from "@std/assert";
import { pause, TestCollector, timingOf } from "../../tests/wrap/test_collector.ts";
import { sequoia } from "./openwhisk.ts";

Deno.test("sequoia() of openwhisk tells of actions, asynchronous or not, and of those that fail", async () => {
  await using collector = new TestCollector();
  const main = sequoia(({ args }: ReturnType<TestCollector["event"]>) => ({
    words: args.text.split(" ").length,
  }));
  assertEquals(await main(collector.event("01J/count")), { words: 2 });
  await collector.runOf("01J/count");
  const fails = sequoia(async (_params: object) => {
    await pause(5);
    throw new RangeError("no");
  });
  await assertRejects(() => fails(collector.event("01J/fails")), RangeError, "no");
  assert((await collector.runOf("01J/fails")).ms >= 4);
});

Deno.test("sequoia() of openwhisk says how long it took to what answers as a web action", async () => {
  await using collector = new TestCollector();
  const main = sequoia((_params: object) => ({ statusCode: 200, body: "ok" }));
  const { headers } = await main({ __ow_headers: collector.headers("01J/web") }) as unknown as {
    headers: Record<string, string>;
  };
  assert(timingOf(headers["server-timing"]) >= 0);
  await collector.runOf("01J/web");
});
