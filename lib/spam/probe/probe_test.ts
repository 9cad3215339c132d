/** The probe against the model of every built-in profile, in virtual time: it has to find the numbers of the profile. */
import { assert, assertEquals } from "@std/assert";
import { parseProfile, type Profile, profileSummaries } from "../../provider/mod.ts";
import { OutOfCallsError } from "./lab.ts";
import { measuredProfile } from "./measured_profile.ts";
import { type Findings, probe, type ProbeOptions } from "./probe.ts";
import { VirtualLab } from "./testing.ts";
import { verdictsOf } from "./verdicts.ts";

const OPTIONS: ProbeOptions = { holdMs: 2000, most: 2000, longestIdleMs: 900_000 };
const never = new AbortController().signal;

const near = (what: string, found: number, real: number, part: number) =>
  assert(Math.abs(found - real) <= part * real, `${what}: found ${found}, it is ${real}`);

/** Checks the findings against the properties of a profile that a caller can see; the rest of a profile shows nowhere. */
function check(found: Findings, real: Profile): void {
  const { limit, ramp, coldStart, keepAlive, background, collapse } = found;
  const limited = real.limit * real.enforced;
  if (limited === Infinity) assertEquals(limit!.limit, Infinity);
  else near("limit", limit!.limit, limited, 0.05);
  const isRamped = real.burst < Infinity;
  const meets = limited < Infinity || isRamped;
  assertEquals(limit!.refusal, !meets ? "none" : real.queue > 0 ? "queued" : "hard");
  assertEquals(limit!.isRamped, isRamped);
  if (isRamped) {
    near("burst", ramp!.burst, real.burst, 0.05);
    near("ramp", ramp!.perS, real.rampPerS, 0.05);
    near("allocation", ramp!.allocation, real.allocation, 0.05);
  }
  if (real.queue > 0) near("queue", Math.max(limit!.queue, ramp?.queue ?? 0), real.queue, 0.05);
  if (real.coldStart.kind === "lognormal") {
    near("median", coldStart!.medianMs, real.coldStart.medianMs, 0.1);
    near("p99", coldStart!.p99Ms, real.coldStart.p99Ms, 0.1);
    near("keep-alive", Math.sqrt(keepAlive!.warmMs * keepAlive!.coldMs), real.keepAliveMs, 0.1);
  } else assertEquals(coldStart!.samples, 0);
  const starves = meets && (real.backgroundShare < 1 || (real.httpFirst && real.queue > 0));
  assertEquals(background!.starve, starves);
  if (limited < Infinity) {
    near("share", background!.share, real.backgroundShare, 0.05);
    assertEquals(background!.waits, real.backgroundQueue > 0);
    near("collapse", collapse!.to, real.collapseTo, 0.05);
    if (real.collapseTo < 1) {
      near("overload", collapse!.afterMs, real.collapseAfterMs, 0.1);
      near("recovery", collapse!.recoveryMs, real.recoveryMs, 0.1);
    }
  } else assertEquals(collapse, undefined);
}

for (const [name] of profileSummaries()) {
  Deno.test(`probe() finds the numbers of the profile ${name}`, async () => {
    for (const seed of [1, 2, 3]) {
      const lab = new VirtualLab(parseProfile(name), `${name}/${seed}`);
      check(await probe(lab, OPTIONS, never), parseProfile(name));
      assert(lab.calls <= 50_000, `${lab.calls} calls`);
    }
  });
}

for (const [name] of profileSummaries()) {
  Deno.test(`probe() finds the numbers of the profile ${name} over a slow network`, async () => {
    const found = await probe(new VirtualLab(parseProfile(name), name, 20), OPTIONS, never);
    check(found, parseProfile(name));
  });
}

const OTHERS = [
  "hard-limit,limit=7,cold=80ms,keepalive=20s",
  "hard-limit,limit=450,cold=400ms/900ms,keepalive=3m",
  "ramp,limit=300,burst=120,ramp=300/m",
  "background,limit=40,queue=200,backgroundshare=0.25",
  "background,limit=50,backgroundshare=1,httpfirst=no",
  "background,limit=50,backgroundshare=1,httpfirst=yes",
  "collapse,limit=60,collapse=0.5,collapseafter=3s,recovery=30s",
];

for (const text of OTHERS) {
  Deno.test(`probe() finds the numbers of the profile ${text}`, async () => {
    const real = parseProfile(text);
    const found = await probe(new VirtualLab(real), OPTIONS, never);
    if (real.coldStart.kind === "constant") {
      near("cold start", found.coldStart!.medianMs, real.coldStart.ms, 0.1);
      assertEquals(found.coldStart!.p99Ms, found.coldStart!.medianMs);
      near("keep-alive", Math.sqrt(found.keepAlive!.warmMs * found.keepAlive!.coldMs), real.keepAliveMs, 0.1);
      near("limit", found.limit!.limit, real.limit, 0.05);
    } else check(found, real);
  });
}

Deno.test("probe() finds a ramp of containers that take no time", async () => {
  const lab = new VirtualLab(parseProfile("ramp,limit=300,burst=120,ramp=300/m,cold=0ms"));
  const { limit, ramp, skipped } = await probe(lab, OPTIONS, never);
  assertEquals([limit!.limit, limit!.isRamped], [300, true]);
  near("burst", ramp!.burst, 120, 0.05);
  near("ramp", ramp!.perS, 5, 0.05);
  assertEquals(skipped.keepAlive, "no cold start was seen");
});

Deno.test("measuredProfile() of what was found behaves as the platform: probed again, it gives the same", async () => {
  for (const [name] of profileSummaries()) {
    const first = await probe(new VirtualLab(parseProfile(name)), OPTIONS, never);
    const profile = measuredProfile(first, `like-${name}`);
    const second = await probe(new VirtualLab(profile), OPTIONS, never);
    const words = (found: Findings) =>
      verdictsOf(found).map(({ property, verdict }) => [property, yesNo(verdict)]);
    assertEquals(words(second), words(first), name);
    if (first.limit!.limit < Infinity) {
      near(`limit of ${name}`, second.limit!.limit, first.limit!.limit, 0.05);
    }
  }
});

/** A verdict without its numbers. */
function yesNo(verdict: string): string {
  return verdict.replace(/[\d,.]+ ?(ms|s|m|h|%)?/g, "n").replace(/n( n)+/g, "n");
}

Deno.test("measuredProfile() tells the real limit from the documented one", async () => {
  const of = async (text: string, documented?: number) => {
    const { limit, enforced } = measuredProfile(
      await probe(new VirtualLab(parseProfile(text)), OPTIONS, never),
      "mine",
      documented,
    );
    return [limit, enforced];
  };
  assertEquals(await of("ibm"), [1200, 1]);
  assertEquals(await of("ibm", 1000), [1000, 1.2]);
  assertEquals(await of("gcf", 1000), [1000, Infinity]);
  assertEquals(await of("openwhisk", 60), [30, 1]);
});

Deno.test("verdictsOf() says how far the real limit is from the documented one", async () => {
  const of = async (text: string, documented: number) =>
    verdictsOf(await probe(new VirtualLab(parseProfile(text)), OPTIONS, never), documented)
      .find(({ property }) => property === "documented limit")!;
  assertEquals(await of("ibm", 1000), {
    property: "documented limit",
    verdict: "1.2 times what is documented",
    evidence: "1200 run at once, 1000 are documented",
  });
  assertEquals((await of("openwhisk", 30)).verdict, "as documented");
  assertEquals((await of("gcf", 1000)).verdict, "not enforced");
  assertEquals((await of("ideal", 5000)).verdict, "not reached");
});

Deno.test("probe() that runs out of calls gives what it has found, and says why not the rest", async () => {
  const lab = new VirtualLab(parseProfile("hard-limit"));
  const run = lab.run.bind(lab);
  lab.run = (plan) => {
    if (lab.calls + plan.length > 600) throw new OutOfCallsError("it takes more. Raise --calls");
    return run(plan);
  };
  const found = await probe(lab, OPTIONS, never);
  assertEquals([found.limit!.limit, found.collapse], [100, undefined]);
  assertEquals(found.skipped.collapse, "it takes more. Raise --calls");
});

Deno.test("probe() that is stopped gives what it has found", async () => {
  const lab = new VirtualLab(parseProfile("hard-limit")), stop = new AbortController();
  const run = lab.run.bind(lab);
  lab.run = (plan) => {
    stop.signal.throwIfAborted();
    return run(plan);
  };
  const found = await probe(
    lab,
    OPTIONS,
    stop.signal,
    (property) => property === "background" && stop.abort(),
  );
  assertEquals([found.limit!.limit, found.skipped.background], [100, "it was interrupted"]);
  assert(found.coldStart!.samples > 100);
});
