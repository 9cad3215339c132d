import { assertEquals } from "@std/assert";
import { ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { shaped, single } from "../../tests/scheduler/builders.ts";
import type { Chain, FunctionSpec } from "../model/mod.ts";
import { keepReady, makeReady } from "./ready.ts";

/** A platform that notes the calls that it is to be ready for. */
class Preparing extends ScriptedPlatform {
  readonly prepared: unknown[] = [];

  prepare(spec: FunctionSpec, calls: number): Promise<void> {
    this.prepared.push([spec.name, calls, this.at()]);
    return Promise.resolve();
  }

  at = (): number => 0;
}

Deno.test("makeReady() asks for as many calls as start together, of each function that a chain starts with", async () => {
  const clock = new VirtualClock(), platform = new Preparing(clock);
  const chains = [single("a"), shaped("two", [[], [], [0, 1]])];
  await makeReady({ platform, chains, size: 7, clock, signal: new AbortController().signal });
  assertEquals(
    platform.prepared,
    chains.flatMap(({ nodes }) =>
      nodes.filter(({ after }) => after.length === 0).map(({ fn }) => [fn.name, 7, 0])
    ),
  );
});

Deno.test("makeReady() asks for nothing for chains that the platform runs by itself", async () => {
  const clock = new VirtualClock(), platform = new Preparing(clock);
  const takes = ({ nodes }: Chain) => nodes.length > 1;
  const native = { takes, run: () => Promise.resolve(undefined) };
  const chains = [single("a"), shaped("two", [[], [0]])];
  const signal = new AbortController().signal;
  await makeReady({ platform: Object.assign(platform, { native }), chains, size: 7, clock, signal });
  assertEquals(platform.prepared, [["a", 7, 0]]);
});

Deno.test("keepReady() asks again a second before each batch but the first, until it is ended", async () => {
  const clock = new VirtualClock(), platform = new Preparing(clock), end = new AbortController();
  const startMs = clock.nowMs();
  platform.at = () => clock.nowMs() - startMs;
  const kept = keepReady({ platform, chains: [single("a")], size: 5, clock, signal: end.signal }, 10_000);
  await clock.pass(25_000);
  end.abort();
  await clock.run(kept);
  assertEquals([platform.prepared, clock.timers], [[["a", 5, 9000], ["a", 5, 19_000]], 0]);
});
