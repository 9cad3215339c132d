import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Clock } from "../../lib/model/mod.ts";
import { PolicyError } from "../../lib/policies/mod.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { policyOfSetting, policyOfText, settingOf } from "./policy_files.ts";

const { promise: whenTestEnds, resolve: endTest } = Promise.withResolvers<void>();
Object.assign(globalThis, { whenTestEnds });
/** Only the test itself ends its wait: to be left waiting for ever fails the process. */
const WAITS = "await globalThis.whenTestEnds;\nexport default { rank: () => 0 };\n";

/** A clock whose timers go off as soon as they are set. */
function hastyClock(delaysMs: number[]): Clock {
  const after = (delayMs: number, call: () => void) => {
    delaysMs.push(delayMs);
    queueMicrotask(call);
    return () => {};
  };
  return Object.assign(new VirtualClock(), { after });
}

Deno.test("a policy file whose top level waits for ever is refused after ten seconds: named, sent, and from the queue", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, WAITS);
    const setting = { id: "1", name: "./waits.ts", files: { "./waits.ts": WAITS } };
    const delaysMs: number[] = [], clock = hastyClock(delaysMs);
    const loads = [
      () => policyOfText(path, {}, clock),
      () => settingOf(path, clock),
      () => policyOfSetting(setting, {}, true, clock),
    ];
    for (const load of loads) {
      const { message } = await assertRejects(load, PolicyError);
      assertMatch(
        message,
        /\.ts as a policy: it still loads after 10s\. Leave out what its top level awaits/,
      );
    }
    assertEquals(delaysMs, [10_000, 10_000, 10_000]);
  } finally {
    endTest();
    await Deno.remove(path);
  }
});

Deno.test("a policy of the queue that loads leaves no timer behind", async () => {
  const clock = new VirtualClock(), name = "./mine.ts";
  const files = { [name]: "export default { rank: () => 7 };" };
  const policy = await policyOfSetting({ id: "1", name, files }, {}, true, clock);
  assertEquals([Object.keys(policy), clock.timers], [["rank"], 0]);
});
