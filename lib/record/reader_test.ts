import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { RunLogError } from "./errors.ts";
import { recordEvent, type RunEvent } from "./events.ts";
import { readRunFile, readRunLog, readRuns } from "./reader.ts";
import { shaped, single } from "../../tests/scheduler/builders.ts";
import { attempt, end, INFO, START_MS, submit } from "./testing.ts";
import { openRunLog } from "./writer.ts";

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

async function read(path: string): Promise<{ events: RunEvent[]; warnings: readonly string[] }> {
  const log = readRunLog(path);
  const events: RunEvent[] = [];
  for await (const event of log.events) events.push(event);
  return { events, warnings: log.warnings };
}

async function readText(text: string | Uint8Array) {
  const path = `${folder}/text.json`;
  await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  return read(path);
}

async function write(path: string, events: readonly RunEvent[]): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.remove(path).catch(() => {}); // else it is kept beside the new one
  await using log = await openRunLog(path, INFO);
  for (const event of events) if (event.type !== "run") recordEvent(log, event);
  await log.close();
  return await Deno.readFile(path);
}

async function code(text: string | Uint8Array): Promise<string> {
  return (await assertRejects(() => readText(text), RunLogError) as RunLogError).code;
}

/** Two of them have one name. */
const DEFINITIONS = [single("one"), single("one", { attempts: 7 }), shaped("fan", [[], [0], [0], [1, 2]])];

const text = fc.string({ unit: "binary", maxLength: 12 });
/** Whole microseconds, in milliseconds: what the log keeps. */
const ms = fc.integer({ min: 0, max: 4e9 }).map((us) => us / 1000);
const instant = ms.map((fromStart) => START_MS + fromStart);
const size = fc.double({ min: 0, max: 1e9, noNaN: true }).map((x) => x + 0);
const none = fc.constant(undefined);

function without<T extends object>(event: T): T {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as T;
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const spans = fc.oneof(fc.constant({}), fc.record({ traceId: digits(32), spanId: digits(16) }));

/** The same events, some of them with the ids of a span. */
function traced<T extends object>(events: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.tuple(events, spans).map(([event, span]) => without({ ...event, ...span }));
}

const attempts = traced(fc.record({
  type: fc.constant("attempt" as const),
  function: text,
  chain: text,
  instance: text,
  node: text,
  attempt: fc.nat(),
  startedAtMs: instant,
  runMs: ms,
  outcome: fc.constantFrom("ok", "failed", "throttled", "cancelled"),
  settled: fc.boolean(),
  status: fc.nat(599),
  queuedMs: ms,
  providerQueuedMs: fc.oneof(none, ms),
  cold: fc.boolean(),
  platform: text,
  reason: fc.oneof(none, text),
}));
const functionRuns = fc.record({
  type: fc.constant("functionRun" as const),
  function: text,
  chain: text,
  instance: text,
  node: text,
  item: fc.oneof(none, fc.nat()),
  attempt: fc.nat(),
  startedAtMs: instant,
  functionMs: ms,
  outcome: fc.constantFrom("ok", "failed", "throttled", "cancelled"),
  platform: text,
  providerQueuedMs: fc.oneof(none, ms),
  skewMs: fc.oneof(none, fc.integer({ min: -4e9, max: 4e9 }).map((us) => us / 1000)),
}).map(without);
const submits = fc.record({
  type: fc.constant("submit" as const),
  chain: text,
  instance: text,
  submittedAtMs: fc.integer({ min: -4e9, max: 4e9 }).map((us) => START_MS + us / 1000),
  labels: fc.dictionary(text, text, { noNullPrototype: true, maxKeys: 3 }),
  weight: size.map((x) => x + 0.1),
  priority: fc.oneof(none, fc.integer()),
  deadlineMs: fc.oneof(none, size),
  definition: fc.oneof(none, fc.constantFrom(...DEFINITIONS)),
}).map(without);
const ends = traced(fc.record({
  type: fc.constant("end" as const),
  chain: text,
  instance: text,
  endedAtMs: instant,
  outcome: fc.constantFrom("completed", "failed", "cancelled", "dropped", "shed"),
  idealMs: fc.oneof(none, size),
  reason: fc.oneof(none, text),
}));
const counters = fc.record({
  type: fc.constant("counter" as const),
  atMs: instant,
  ready: fc.nat(),
  running: fc.nat(),
  limit: fc.oneof(fc.nat(), fc.constant(Infinity)),
  throttled: fc.nat(),
});
const settings = fc.record({
  type: fc.constant("setting" as const),
  atMs: instant,
  setting: fc.constantFrom("policy", "limit", "ceilings", "floors", "paused", "resumed"),
  value: fc.oneof(none, text),
}).map(without);
const logs = fc.array(fc.oneof(attempts, functionRuns, submits, ends, counters, settings), {
  maxLength: 30,
}) as fc.Arbitrary<
  RunEvent[]
>;

/** Times are compared to a tenth of a microsecond: instants of today have no more digits. */
function rounded(events: readonly RunEvent[]): unknown[] {
  const round = (key: string, value: unknown) =>
    key.endsWith("Ms") && typeof value === "number" && value > 1e11 ? Math.round(value * 1e3) / 1e3 : value;
  return events.map((event) => Object.fromEntries(Object.entries(event).map(([k, v]) => [k, round(k, v)])));
}

for (const name of ["run.json", "run.json.gz"]) {
  Deno.test(`readRunLog() reads back what was written, ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(logs, async (events) => {
        await write(`${folder}/${name}`, events);
        const back = await read(`${folder}/${name}`);
        assertEquals(rounded(back.events), rounded([{ type: "run", ...INFO }, ...events]));
        assertEquals(back.warnings, []);
      }),
      { numRuns: 200 },
    );
  });

  Deno.test(`readRunLog() reads a log cut at any byte up to there, ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.double({ min: 0, max: 1, noNaN: true }), async (events, part) => {
        const bytes = await write(`${folder}/${name}`, events);
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        const all = [{ type: "run", ...INFO } as RunEvent, ...events];
        try {
          const { events: back, warnings } = await readText(cut);
          assertEquals(rounded(back), rounded(all.slice(0, back.length)));
          if (!name.endsWith(".gz")) assertEquals(back.length, wholeEvents(cut));
          if (back.length < all.length) assert(warnings.length <= 1, String(warnings));
        } catch (error) {
          if (!(error instanceof RunLogError)) throw error;
          assert(["empty", "cut-short", "not-a-run-log"].includes(error.code), error.message);
          assertEquals(name.endsWith(".gz") ? 0 : wholeEvents(cut), 0);
        }
      }),
      { numRuns: 300 },
    );
  });
}

/** Counts the events that end before a cut, without a JSON parser: by the lines' ends. */
function wholeEvents(bytes: Uint8Array): number {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const ends = (line: string) => {
    try {
      JSON.parse(line.replace(/^\[/, "").replace(/,$/, ""));
      return true;
    } catch {
      return false;
    }
  };
  const isOurs = (line: string) => !/"(process_name|thread_name|sequoia_chain)","ph":"M"/.test(line);
  return lines.filter((line) => isOurs(line) && line.length > 1 && ends(line)).length;
}

Deno.test("readRunLog() gives instances of one chain one definition, which the log holds once", async () => {
  const [first, second] = DEFINITIONS;
  const events = [first, first, second, first].map((definition, i) => ({
    type: "submit" as const,
    ...submit({ instance: `i${i}`, definition: definition! }),
  }));
  const bytes = await write(`${folder}/run.json`, events);
  assertEquals(new TextDecoder().decode(bytes).match(/sequoia_chain/g)?.length, 2);
  const back = (await read(`${folder}/run.json`)).events.slice(1) as Extract<RunEvent, { type: "submit" }>[];
  assertEquals(back.map(({ definition }) => definition), [first, first, second, first]);
  assert(back[0]!.definition === back[3]!.definition);
});

Deno.test("readRunLog() reads submissions whose chain is damaged, without it", async () => {
  const bytes = await write(`${folder}/run.json`, [{
    type: "submit",
    ...submit({ definition: DEFINITIONS[0]! }),
  }]);
  const damaged = new TextDecoder().decode(bytes).replace('"nodes":[', '"nodes":5,"knots":[');
  const { events, warnings } = await readText(damaged);
  assertEquals([events.length, "definition" in events[1]!, warnings.length], [2, false, 1]);
});

Deno.test("readRunLog() keeps whole microseconds: what was read is written again to the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(logs, async (events) => {
      const once = await write(`${folder}/once.json`, events);
      const twice = await write(`${folder}/twice.json`, (await read(`${folder}/once.json`)).events);
      assertEquals(new TextDecoder().decode(twice), new TextDecoder().decode(once));
    }),
    { numRuns: 100 },
  );
});

Deno.test("readRunLog() warns of a cut with its byte", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }, {
    type: "end",
    ...end(),
  }]);
  const { events, warnings } = await readText(bytes.subarray(0, bytes.length - 10));
  assertEquals(events.map(({ type }) => type), ["run", "submit"]);
  const at = new TextDecoder().decode(bytes).lastIndexOf('{"name"');
  assertEquals(warnings, [`${folder}/text.json ends in mid-line (byte ${at}); read up to there`]);
});

Deno.test("readRunLog() leaves out lines that are no event, with one warning", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }]);
  const lines = new TextDecoder().decode(bytes).split("\n");
  const bad = ["\0\0\0\0", '{"cat":"function","ph":"X","name":"f","ts":1},', "3,"];
  const { events, warnings } = await readText([lines[0], ...bad, ...lines.slice(1)].join("\n"));
  assertEquals(events.map(({ type }) => type), ["run", "submit"]);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0]!, "3 lines of");
  assertStringIncludes(warnings[0]!, "(the first is line 2)");
});

Deno.test("readRunLog() accepts other orders, other tools' events, one line, and line feeds of Windows", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }, {
    type: "attempt",
    ...attempt(),
  }]);
  const all: unknown[] = JSON.parse(new TextDecoder().decode(bytes));
  const other = { name: "gc", ph: "X", cat: "v8", ts: 1, dur: 1, pid: 1, tid: 1 };
  const turned = [other, ...all.toReversed()];
  const types = async (text: string) => {
    const { events, warnings } = await readText(text);
    assertEquals(warnings, []);
    return events.map(({ type }) => type);
  };
  const expected = ["run", "attempt", "submit"];
  assertEquals(await types(`[\n${turned.map((e) => JSON.stringify(e)).join(",\n")},\n`), expected);
  assertEquals(await types(turned.map((e) => JSON.stringify(e)).join("\r\n")), expected);
  assertEquals(await types(JSON.stringify(turned)), expected);
  assertEquals(await types(`[${turned.map((e) => JSON.stringify(e)).join("\n,")}\n]\n`), expected);
});

/** Ways in which tools write the events of a log again. */
const layouts: fc.Arbitrary<(events: unknown[]) => string> = fc.constantFrom(
  (events) => JSON.stringify(events, null, 2),
  (events) => JSON.stringify(events, null, "\t").replaceAll("\n", "\r\n"),
  (events) => JSON.stringify({ traceEvents: events, displayTimeUnit: "ms" }),
  (events) => JSON.stringify({ metadata: { traceEvents: "[{" }, list: [[{}]], traceEvents: events }, null, 1),
  (events) => `{"traceEvents": [\n${events.map((event) => JSON.stringify(event)).join(",\n")}\n]}\n`,
  (events) => `[\n${events.map((event) => JSON.stringify(event, null, 1)).join("\n,\n")}\n]`,
  (events) => `[{"traceEvents":[{}]},\n${events.map((event) => JSON.stringify(event)).join(",\n")}]`,
);

Deno.test("readRunLog() reads a log in any layout that JSON allows", async () => {
  await fc.assert(
    fc.asyncProperty(logs, layouts, async (events, layout) => {
      const bytes = await write(`${folder}/run.json`, events);
      const { events: expected } = await readText(bytes);
      const back = await readText(layout(JSON.parse(new TextDecoder().decode(bytes))));
      assertEquals(back, { events: expected, warnings: [] });
    }),
  );
});

Deno.test("readRunLog() reads a pretty-printed log that is cut up to there, with a warning", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }, {
    type: "end",
    ...end(),
  }]);
  const pretty = JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2);
  const { events, warnings } = await readText(pretty.slice(0, -20));
  assertEquals(events.map(({ type }) => type), ["run", "submit"]);
  assertEquals(warnings, [`${folder}/text.json ends in mid-event; read up to there`]);
});

Deno.test("readRuns() reads each run of logs that were put together as one of its own", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(logs, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (parts, isPretty) => {
        const expected: unknown[] = [], texts: string[] = [];
        for (const events of parts) {
          const bytes = await write(`${folder}/run.json`, events);
          expected.push((await readText(bytes)).events);
          const text = new TextDecoder().decode(bytes);
          texts.push(isPretty ? JSON.stringify(JSON.parse(text), null, 2) + "\n" : text);
        }
        await Deno.writeTextFile(`${folder}/text.json`, texts.join(""));
        const runs: unknown[] = [];
        for await (const { events } of readRuns(`${folder}/text.json`)) {
          runs.push(
            await Array.fromAsync(events),
          );
        }
        assertEquals(runs, expected);
        const first = await read(`${folder}/text.json`);
        assertEquals([first.events, first.warnings.length], [expected[0], parts.length > 1 ? 1 : 0]);
      },
    ),
  );
});

Deno.test("readRuns() reads a run behind one whose log was cut in mid-line", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }, {
    type: "end",
    ...end(),
  }]);
  const text = new TextDecoder().decode(bytes);
  await Deno.writeTextFile(`${folder}/text.json`, text.slice(0, -20) + text);
  const runs: string[][] = [];
  let warnings: readonly string[] = [];
  for await (const run of readRuns(`${folder}/text.json`)) {
    runs.push((await Array.fromAsync(run.events)).map(({ type }) => type));
    warnings = run.warnings;
  }
  assertEquals(runs, [["run", "submit"], ["run", "submit", "end"]]);
  assertEquals(warnings.length, 1);
});

Deno.test("readRunFile() gives what it has read before an error", async () => {
  const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit() }]);
  const newer = '[{"name":"sequoia_run","args":{"schema":"sequoia.run/2"}},\n';
  await Deno.writeTextFile(`${folder}/text.json`, new TextDecoder().decode(bytes) + newer);
  const { events } = readRunFile(`${folder}/text.json`), seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const { type } of events) seen.push(type);
    },
    RunLogError,
    "Use the newer Sequoia",
  );
  assertEquals(seen, ["run", "submit"]);
});

Deno.test("readRuns() passes over what is not read of a run", async () => {
  const texts: string[] = [];
  for (const instance of ["a", "b", "c"]) {
    const bytes = await write(`${folder}/run.json`, [{ type: "submit", ...submit({ instance }) }]);
    texts.push(new TextDecoder().decode(bytes));
  }
  await Deno.writeTextFile(`${folder}/text.json`, texts.join(""));
  let runs = 0;
  for await (const { events } of readRuns(`${folder}/text.json`)) {
    if (++runs === 2) continue;
    const seen = await Array.fromAsync(events);
    assertEquals(seen.length, 2);
  }
  assertEquals(runs, 3);
});

Deno.test("readRunLog() refuses what is no run log, each with its code", async () => {
  assertEquals(await code(""), "empty");
  assertEquals(await code("{}"), "not-a-run-log");
  assertEquals(await code("[]"), "not-a-run-log");
  assertEquals(await code("[\n]\n"), "not-a-run-log");
  assertEquals(await code('{"schema":"sequoia.report/1"}'), "not-a-run-log");
  assertEquals(await code("a,b\n1,2\n"), "not-a-run-log");
  assertEquals(await code(crypto.getRandomValues(new Uint8Array(60_000))), "not-a-run-log");
  assertEquals(await code(Uint8Array.of(0x1f, 0x8b, 1, 2, 3, 4)), "not-a-run-log");
  assertEquals(await code('[{"name":"sequoia_ru'), "cut-short");
  assertEquals(await code('[{"name":"sequoia_run","args":{"schema":"sequoia.run/2"}},'), "newer");
  assertEquals(await code('[{"name":"sequoia_run","args":{"schema":"other"}},'), "not-a-run-log");
  assertEquals(await code('[{"name":"sequoia_run","args":{"schema":"sequoia.run/1"}},'), "not-a-run-log");
});

Deno.test("readRunLog() says that a path is missing or a folder", async () => {
  const missing = await assertRejects(() => read(`${folder}/none.json`), RunLogError);
  assertEquals((missing as RunLogError).code, "not-found");
  assertStringIncludes(
    missing.message,
    `Cannot read the run log ${folder}/none.json: there is no such file.`,
  );
  assertEquals(((await assertRejects(() => read(folder), RunLogError)) as RunLogError).code, "is-folder");
});

Deno.test("readRunLog() closes the file of a reader that stops early", async () => {
  const events = Array.from({ length: 5000 }, (): RunEvent => ({ type: "attempt", ...attempt() }));
  for (const name of ["run.json", "run.json.gz"]) {
    await write(`${folder}/${name}`, events);
    for await (const event of readRunLog(`${folder}/${name}`).events) if (event.type === "attempt") break;
  }
});

Deno.test("readRunLog() warns of damage in a compressed log", async () => {
  const events = Array.from({ length: 5000 }, (_, i): RunEvent => ({
    type: "attempt",
    ...attempt({ instance: `a${i * 7919 % 5000}` }),
  }));
  const bytes = await write(`${folder}/run.json.gz`, events);
  bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 50);
  const { events: back, warnings } = await readText(bytes);
  assert(back.length > 100 && back.length < 5000, String(back.length));
  assertStringIncludes(warnings.join(), "damaged");
});
