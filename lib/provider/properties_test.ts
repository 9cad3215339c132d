/** Properties of a provider of any profile, for any sequence of calls. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { arrivals, type ArrivingCall, profiles } from "./arbitraries.ts";
import type { Profile } from "./profile.ts";
import { Drive } from "./testing.ts";

/** Instants of this size have a grain of a quarter of a microsecond. */
const START_MS = Date.UTC(2026, 0, 1);

/** Plans the arrivals; each step is told after it happened. */
function drive(
  profile: Profile,
  calls: readonly ArrivingCall[],
  step: (drive: Drive) => void = () => {},
): Drive {
  const drive = new Drive(profile);
  let atMs = START_MS;
  for (const { patienceMs = Infinity, afterMs, ...call } of calls) {
    atMs += afterMs;
    drive.at(atMs, () => {
      drive.call(patienceMs === Infinity ? call : { ...call, patienceMs });
      step(drive);
    });
  }
  return drive;
}

const RUNS = { numRuns: 300 };

Deno.test("Provider never starts more than may run, nor lets more wait than the lines hold", () => {
  fc.assert(
    fc.property(profiles, arrivals, (profile, calls) => {
      const run = drive(
        profile,
        calls,
        ({ provider }) => assert(provider.queued <= profile.queue + profile.backgroundQueue),
      ).run();
      for (const { what, mode, running, limit } of run.happened) {
        if (what !== "started" && what !== "taken") continue;
        const enforced = profile.limit * profile.enforced;
        assert(limit >= 1 && limit <= enforced);
        assert(running <= limit, `${running} run within ${limit}`);
        // of a limit that rises, `limit` is the whole part
        const most = Math.min(limit + 1, enforced) * profile.backgroundShare;
        if (mode === "background") assert(running <= Math.max(1, most), `${running} run within ${most}`);
      }
    }),
    RUNS,
  );
});

Deno.test("Provider ends every call in one way, once; what waits is taken or abandoned", () => {
  fc.assert(
    fc.property(profiles, arrivals, (profile, calls) => {
      const run = drive(profile, calls).run();
      assertEquals([run.provider.running, run.provider.queued], [0, 0]);
      assertEquals(
        run.calls("ended", "refused", "gone").toSorted((a, b) => a - b),
        calls.map((_, i) => i),
      );
      assertEquals(
        run.calls("queued").toSorted((a, b) => a - b),
        run.calls("taken", "gone").toSorted((a, b) => a - b),
      );
    }),
    RUNS,
  );
});

Deno.test("Provider takes what waits in a line in the order in which it came", () => {
  fc.assert(
    fc.property(profiles, arrivals, (profile, calls) => {
      const { happened } = drive(profile, calls).run();
      for (const mode of ["http", "background"] as const) {
        const taken = happened.filter((each) => each.what === "taken" && each.mode === mode)
          .map(({ call }) => call);
        assertEquals(taken, taken.toSorted((a, b) => a - b));
      }
    }),
    RUNS,
  );
});

Deno.test("Provider with HTTP first takes no background call while an HTTP call waits", () => {
  fc.assert(
    fc.property(profiles, arrivals, (profile, calls) => {
      const waiting = new Set<number>();
      for (const { call, mode, what } of drive({ ...profile, httpFirst: true }, calls).run().happened) {
        if (what === "queued" && mode === "http") waiting.add(call);
        if (what === "taken" || what === "gone") waiting.delete(call);
        if ((what === "taken" || what === "started") && mode === "background") assertEquals(waiting.size, 0);
      }
    }),
    RUNS,
  );
});

Deno.test("Provider starts nothing that it did not announce: asking at any other time is in vain", () => {
  fc.assert(
    fc.property(
      profiles,
      arrivals,
      fc.array(fc.nat(5_000_000), { maxLength: 50, size: "max" }),
      (profile, calls, times) => {
        const run = drive(profile, calls);
        // a microsecond is what announced instants are late
        for (const time of times) {
          run.at(START_MS + time / 1000 + 0.0005, () => assertEquals(unannounced(run), 0));
        }
        run.run();
      },
    ),
    RUNS,
  );
});

/** The number of calls that start now although the provider announced none for now. */
function unannounced(run: Drive): number {
  const wakeAtMs = run.provider.wakeAtMs() ?? Infinity;
  const count = run.take();
  return wakeAtMs <= run.nowMs + 0.01 ? 0 : count;
}

Deno.test("Provider makes a container for a call that finds none, and its part of what nobody needs", () => {
  fc.assert(
    fc.property(profiles, arrivals, (profile, calls) => {
      const { provider: { made }, happened } = drive(profile, calls).run();
      const cold = happened.filter(({ cold }) => cold).length;
      const started = happened.filter(({ what }) => what === "started" || what === "taken").length;
      assert(made <= Math.floor(started * profile.allocation + 1e-6), `${made} for ${started} calls`);
      assert(made >= Math.floor(cold * profile.allocation - 1e-6), `${made} for ${cold} that were cold`);
    }),
    RUNS,
  );
});

Deno.test("Provider does the same again for the same seed", () => {
  fc.assert(fc.property(profiles, arrivals, (profile, calls) => {
    assertEquals(drive(profile, calls).run().happened, drive(profile, calls).run().happened);
  }));
});
