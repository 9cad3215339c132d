import { assertEquals, assertStringIncludes } from "@std/assert";
import type { NamedReport } from "./csv.ts";
import type { RunEvent } from "./events.ts";
import { printedReports } from "./json.ts";
import { buildReport } from "./report.ts";
import { attempt, end, run, simulated, submit } from "./testing.ts";
import { verdictOf } from "./verdict.ts";

type Outcome = Parameters<typeof end>[2];

/** A chain of one call that begins at once. */
function chainOf(
  id: string,
  atMs: number,
  tookMs: number,
  outcome?: Outcome,
  deadlineMs?: number,
): RunEvent[] {
  return [
    submit(id, atMs, deadlineMs === undefined ? {} : { deadlineMs }),
    attempt(id, atMs, tookMs),
    end(id, atMs + tookMs, outcome),
  ];
}

/** As many chains, whose times differ by steps of 10 ms from 10 ms on, short and long ones mixed; the longest are lost. */
function chains(count: number, lost = 0, outcome: Outcome = "dropped", scale = 1): RunEvent[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const place = i * MIXING % count;
    return chainOf(`a${i}`, 500 * i, scale * 10 * (place + 1), place >= count - lost ? outcome : "completed");
  });
}

/** Has no divisor in common with the numbers of chains. */
const MIXING = 77;

async function named(name: string, events: Iterable<RunEvent>): Promise<NamedReport> {
  return { name, report: await buildReport([run(), ...events]) };
}

const verdict = async (events: Iterable<RunEvent>) => verdictOf([await named("run.json", events)]);

Deno.test("verdictOf() a run says how many chains completed, and how soon", async () => {
  assertEquals(
    await verdict(chains(200)),
    "200 chains submitted, 200 completed; half were done within 1s, 99 % within 1.98s; nothing lost.",
  );
});

Deno.test("verdictOf() a run says what was lost, by kind", async () => {
  assertEquals(
    await verdict(chains(200, 20)),
    "200 chains submitted, 180 completed; half were done within 1s; 20 lost (10 %), all dropped.",
  );
  const both = [...chains(200, 20), ...chainOf("b1", 0, 10, "failed")];
  assertStringIncludes(await verdict(both), "; 21 lost (10.4 %): 1 failed, 20 dropped.");
  assertStringIncludes(await verdict(chains(200, 1, "shed")), "; 1 lost (0.5 %), shed.");
  assertStringIncludes(await verdict(chains(200, 150)), "; half or more were never done; 150 lost (75 %)");
  assertEquals(
    await verdict(chains(200, 200)),
    "200 chains submitted, 0 completed; 200 lost (100 %), all dropped.",
  );
});

Deno.test("verdictOf() a run tells what had not ended from what is lost", async () => {
  const open = Array.from({ length: 50 }, (_, i) => submit(`b${i}`, 0));
  assertEquals(
    await verdict([...chains(150), ...open]),
    "200 chains submitted, 150 completed; half were done within 1s; nothing lost; 50 had not ended when the log ended.",
  );
  const more = [
    ...open,
    ...open.map((_, i) => submit(`c${i}`, 0)),
    ...open.map((_, i) => submit(`d${i}`, 0)),
  ];
  assertStringIncludes(await verdict([...chains(100), ...more]), "; half or more were not done yet; nothing");
  assertStringIncludes(await verdict([...chains(100, 90), ...open]), "; half or more were never done; 90");
});

Deno.test("verdictOf() a run counts deadlines, if there are any", async () => {
  const timely = [...chainOf("b1", 0, 10, "completed", 20), ...chainOf("b2", 0, 30, "completed", 20)];
  assertStringIncludes(await verdict([...chains(200), ...timely]), "; nothing lost; 1 of 2 deadlines met.");
});

Deno.test("verdictOf() a run of few chains names the slowest, not a percentile", async () => {
  assertEquals(
    await verdict(chains(12)),
    "12 chains submitted, 12 completed; half were done within 60ms, the slowest within 120ms; nothing lost.",
  );
  assertEquals(await verdict(chains(1)), "1 chain submitted, 1 completed; it took 10ms; nothing lost.");
});

/** Chains of a second each, which arrive twice as fast as they run. */
function overload(count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => [
    submit(`a${i}`, 500 * i),
    attempt(`a${i}`, 1000 * i, 1000, { queuedMs: 500 * i }),
    end(`a${i}`, 1000 * i + 1000),
  ]);
}

Deno.test("verdictOf() a run that is not steady says so", async () => {
  assertStringIncludes(await verdict(overload(200)), "; the backlog was still growing when arrivals ended.");
});

Deno.test("verdictOf() a run without chains is of its calls", async () => {
  const calls = Array.from({ length: 10 }, (_, i) => attempt(`a${i}`, i, 10 * (i + 1)));
  const refused = attempt("a10", 0, 1, { outcome: "throttled", settled: true, status: 429 });
  assertEquals(
    await verdict([...calls, refused]),
    "10 of 11 calls completed; half took at most 50ms, 99 % at most 100ms; 1 attempt refused.",
  );
  assertEquals(await verdict([]), "Nothing ran: the log holds no chain and no call.");
  assertEquals(verdictOf([]), "");
});

Deno.test("verdictOf() two runs says what the second lost, met and took instead of the first", async () => {
  const dated = (of: number) =>
    Array.from({ length: 200 }, (_, i) => {
      return chainOf(`b${i}`, 500 * i, i * MIXING % 200 < of ? 10 : 30, "completed", 20);
    }).flat();
  const first = await named("baseline", [...chains(200, 150), ...dated(20)]);
  const second = await named("fair-share", [...chains(200), ...dated(150)]);
  assertEquals(
    verdictOf([first, second]),
    "fair-share lost none of 400 chains, baseline 150; it met 150 of 200 deadlines instead of 20.",
  );
});

Deno.test("verdictOf() two runs of which the first never ended the median chain says never", async () => {
  const runs = [await named("without", chains(200, 150)), await named("with", chains(200))];
  assertEquals(
    verdictOf(runs),
    "with lost none of 200 chains, without 150; the median chain took 1s instead of never.",
  );
  assertEquals(
    verdictOf(runs.toReversed()),
    "without lost 150 of 200 chains, with none; the median chain was never done instead of after 1s.",
  );
});

Deno.test("verdictOf() two runs that lost nothing names the runs once", async () => {
  const runs = [await named("slow", chains(600, 0, "completed", 2)), await named("quick", chains(600))];
  assertEquals(
    verdictOf(runs),
    "Neither slow nor quick lost a chain; the median chain took 3s instead of 6s; " +
      "99 % of chains took at most 5.94s instead of 11.9s.",
  );
});

Deno.test("verdictOf() two runs that are alike sees no difference beyond chance", async () => {
  const [one, two] = [await named("one", chains(200)), await named("two", chains(200, 0, "completed", 1.01))];
  assertEquals(
    verdictOf([one, two]),
    "No difference beyond chance: neither one nor two lost a chain; the median chain took 1s in one and 1.01s in two.",
  );
  assertStringIncludes(verdictOf([one, one]), "No difference beyond chance");
  assertStringIncludes(
    verdictOf([one, two, one]),
    "No difference beyond chance between the 3 runs; none of the 3",
  );
});

Deno.test("verdictOf() two runs says what makes the comparison worth little", async () => {
  const few = [await named("one", chains(12)), await named("two", chains(12, 6))];
  assertStringIncludes(verdictOf(few), "two lost 6 of 12 chains, one none; ");
  assertStringIncludes(verdictOf(few), "; 12 chains are few to judge by.");
  const unlike = [few[0]!, await named("other", chainOf("b1", 0, 10))];
  assertEquals(verdictOf(unlike), "No verdict on other against one: other chains arrived.");
  const growing = [await named("one", chains(200)), await named("two", overload(200))];
  assertStringIncludes(verdictOf(growing), "; the backlog of two was still growing when arrivals ended.");
  const more = [...growing, await named("three", overload(200)), await named("four", overload(200))];
  assertStringIncludes(verdictOf(more), "; the backlog of two, three and four was still growing when");
});

Deno.test("verdictOf() two runs of single calls is of these", async () => {
  const calls = (ms: number) => Array.from({ length: 600 }, (_, i) => attempt(`a${i}`, i, ms));
  const runs = [await named("one", calls(10)), await named("two", calls(20))];
  assertEquals(
    verdictOf(runs),
    "The median call took 20ms instead of 10ms; 99 % of calls took at most 20ms instead of 10ms.",
  );
});

Deno.test("verdictOf() several runs names who lost what, and the best and the worst", async () => {
  const runs = [
    await named("none", chains(200, 150)),
    await named("fcfs", chains(200, 20)),
    await named("fair", chains(200)),
  ];
  assertEquals(
    verdictOf(runs),
    "fair lost no chain, fcfs lost 20 of 200 chains, none lost 150 of 200 chains; " +
      "the median chain time from never (none) to 1s (fcfs, fair); " +
      "the time of 99 % of chains from never (none, fcfs) to 1.98s (fair).",
  );
});

Deno.test("verdictOf() prints nothing of a name that would move the cursor", async () => {
  const runs = [await named("\x1b[2Ja", chains(200, 9)), await named("b", chains(200))];
  assertStringIncludes(verdictOf(runs), "\ufffd[2Ja 9");
});

Deno.test("printedReports() has the verdicts, also of later runs against the first", async () => {
  const events = [...simulated({ seed: 1, instances: 150, limit: 20, ratePerS: 20 })];
  const [one, two] = [await named("one", events), await named("two", events)];
  const single = { ...one.report, verdict: verdictOf([one]) };
  assertEquals(printedReports([one]), single);
  assertEquals(printedReports([one, two]), [
    single,
    { ...two.report, verdict: verdictOf([two]), comparison: { with: "one", verdict: verdictOf([one, two]) } },
  ]);
});
