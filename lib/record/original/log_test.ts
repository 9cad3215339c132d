import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { RunLogError } from "../errors.ts";
import type { AttemptEvent, EndEvent, FunctionRunEvent, RunEvent, SubmitEvent } from "../events.ts";
import { OriginalReading, originalRun, type ReceivedText } from "./log.ts";
import { readRunLog } from "../reader.ts";

/** When the tests' lines start, in seconds since 1970. */
const T = 1795424322;

/** The lines that the original's producer and consumer wrote of a chain of two calls side by side after one, here and there. */
const PRODUCER = [
  "producerSide-start-1795424323.4352116-{'instanceId': 0, 'chainId': 1, 'chainFunctionIdList': [1, 2, 3], 'extras': [{'functionPriorities': {'1': 1, '2': 2, '3': 3}}]}",
];
const FAN = (fn: number, node: number) =>
  `{'instanceId': 0, 'chainId': 1, 'functionId': ${fn}, 'nodeId': ${node}, 'lastNodeIdList': '[2, 3]', 'extras': [], 'chainFunctionIdList': '[1, 2, 3]', 'hybrid': '', 'id': 0}`;
const CONSUMER = [
  `consumerSide-start-1795424323.4392116-${FAN(1, 1)}`,
  `consumerSide-end-1795424323.8357718-${FAN(1, 1)}`,
  `consumerSide-start-1795424323.8377006-${FAN(2, 2)}`,
  `consumerSide-start-1795424323.8436391-${FAN(3, 3)}`,
  `consumerSide-end-1795424324.438259-${FAN(2, 2)}`,
  `consumerSide-end-1795424324.739468-${FAN(3, 3)}`,
];
const FUNCTIONS = [
  `functionSide-start-1795424323.441898-${FAN(1, 1)}`,
  `functionSide-end-1795424323.830053-${FAN(1, 1)}`,
  `functionSide-start-1795424323.839898-${FAN(2, 2)}`,
  `functionSide-start-1795424323.845898-${FAN(3, 3)}`,
  `functionSide-end-1795424324.430053-${FAN(2, 2)}`,
  `functionSide-end-1795424324.730053-${FAN(3, 3)}`,
];

interface Read {
  readonly attempts: readonly AttemptEvent[];
  readonly submits: readonly SubmitEvent[];
  readonly ends: readonly EndEvent[];
  readonly functionRuns: readonly FunctionRunEvent[];
  readonly events: readonly RunEvent[];
  readonly warnings: readonly string[];
}

async function read(lines: Iterable<string | ReceivedText>): Promise<Read> {
  const texts = (async function* () {
    for (const line of lines) yield typeof line === "string" ? { text: line } : line;
  })();
  const { events: all, warnings } = originalRun("topics", texts);
  const events: RunEvent[] = [];
  for await (const event of all) events.push(event);
  const of = <T extends RunEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  const functionRuns = of("functionRun");
  return { events, attempts: of("attempt"), submits: of("submit"), ends: of("end"), functionRuns, warnings };
}

interface Made {
  readonly side?: "consumer" | "function";
  readonly instance?: number;
  readonly node?: number;
  readonly last?: string;
}

/** A line of a call of a linear chain of three, at a time in seconds from the start. */
function call(status: "start" | "end", at: number, made: Made = {}): string {
  const { side = "consumer", instance = 0, node = 1, last = "[3]" } = made;
  return `${side}Side-${status}-${T + at}-{'instanceId': ${instance}, 'chainId': 2, 'functionId': ${
    4 - node
  }, ` +
    `'nodeId': ${node}, 'lastNodeIdList': '${last}', 'hybrid': ''}`;
}

function submit(at: number, instance = 0): string {
  return `producerSide-start-${T + at}-{'instanceId': ${instance}, 'chainId': 2, 'extras': []}`;
}

/** The three calls of a linear chain, a second each, half a second between. */
function linear(from: number, made: Made = {}): string[] {
  return [1, 2, 3].flatMap((node, i) => [
    call("start", from + 1.5 * i, { ...made, node }),
    call("end", from + 1.5 * i + 1, { ...made, node }),
  ]);
}

const rounded = (ms: number) => Math.round(ms * 10) / 10;

Deno.test("originalRun() makes a run of what the original logs of a chain", async () => {
  const { events, attempts, submits, ends, warnings } = await read([...PRODUCER, ...CONSUMER]);
  assertEquals(events[0], {
    type: "run",
    schema: "sequoia.run/1",
    command: "original",
    version: "",
    startedAtMs: 1795424323435.2116,
  });
  assertEquals(submits.map(({ chain, instance, submittedAtMs }) => [chain, instance, submittedAtMs]), [
    ["chain1", "1-0", 1795424323435.2116],
  ]);
  assertEquals(
    attempts.map(({ function: fn, node, queuedMs, runMs }) => [fn, node, rounded(queuedMs), rounded(runMs)]),
    [["function1", "node1", 4, 396.6], ["function2", "node2", 1.9, 600.6], [
      "function3",
      "node3",
      7.9,
      895.8,
    ]],
  );
  assert(attempts.every(({ outcome, settled, attempt }) => outcome === "ok" && settled && attempt === 1));
  assertEquals(ends.map(({ instance, outcome, endedAtMs }) => [instance, outcome, endedAtMs]), [
    ["1-0", "completed", 1795424324739.468],
  ]);
  assertEquals(warnings, []);
});

Deno.test("originalRun() counts a call once that both sides tell of, in any order of the lines", async () => {
  const expected = await read([...PRODUCER, ...CONSUMER]);
  const all = [...PRODUCER, ...CONSUMER, ...FUNCTIONS];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (lines) => {
      const { events, functionRuns, ...rest } = await read(lines);
      assertEquals(events.filter(({ type }) => type !== "functionRun"), expected.events);
      const { attempts, submits, ends, warnings } = expected;
      assertEquals(rest, { attempts, submits, ends, warnings });
      const times = functionRuns.map(({ node, functionMs, providerQueuedMs = -1 }) =>
        [node, rounded(functionMs), rounded(providerQueuedMs)] as const
      );
      assertEquals(times, [["node1", 388.2, 2.7], ["node2", 590.2, 2.2], ["node3", 884.2, 2.3]]);
    }),
    { numRuns: 200 },
  );
});

Deno.test("originalRun() takes the functions' times where there are no others", async () => {
  const { attempts, submits, ends, warnings } = await read(FUNCTIONS);
  assertEquals(attempts.map(({ runMs }) => rounded(runMs)), [388.2, 590.2, 884.2]);
  assertEquals(attempts.map(({ queuedMs }) => rounded(queuedMs)), [0, 9.8, 15.8]);
  assertEquals([submits.length, ends.length, ends[0]?.outcome], [1, 1, "completed"]);
  assertEquals(warnings, ["topics lacks the submissions of 1 instance; they count from their first start"]);
  const gap = await read([
    ...PRODUCER,
    ...CONSUMER.filter((line) => !line.includes("'nodeId': 2")),
    ...FUNCTIONS,
  ]);
  assertEquals(gap.attempts.map(({ runMs }) => rounded(runMs)).sort(), [396.6, 590.2, 895.8]);
  assertEquals(gap.ends.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("originalRun() drops what started and has no end in the log", async () => {
  const lines = [
    ...[submit(0, 0), submit(0, 1), submit(0, 2), submit(0, 3)],
    ...linear(1, { instance: 0 }),
    ...linear(2, { instance: 1 }).slice(0, 3),
    ...linear(3, { instance: 2 }).slice(0, 4),
  ];
  const { attempts, ends, warnings } = await read(lines);
  assertEquals(attempts.length, 3 + 1 + 2);
  assertEquals(ends.map(({ instance, outcome, reason }) => [instance, outcome, reason]), [
    ["2-0", "completed", undefined],
    ["2-1", "dropped", "node2: no answer is in the log"],
    ["2-2", "dropped", "nothing has started after its last answer"],
  ]);
  assertEquals(ends[1]?.endedAtMs, (T + 5.5) * 1000);
  assertEquals(warnings, ["topics lacks the ends of 1 call; they are not counted as attempts"]);
});

Deno.test("originalRun() tells instances apart whose id is the same, one after another or at once", async () => {
  const after = await read([submit(0), ...linear(0), submit(10), ...linear(11), ...linear(20)]);
  assertEquals(after.submits.map(({ instance }) => instance), ["2-0", "2-0#2", "2-0#3"]);
  assertEquals(after.ends.map(({ instance, outcome }) => [instance, outcome]), [
    ["2-0", "completed"],
    ["2-0#2", "completed"],
    ["2-0#3", "completed"],
  ]);
  assertEquals(after.attempts.map(({ queuedMs }) => queuedMs), [0, 500, 500, 1000, 500, 500, 0, 500, 500]);
  const atOnce = await read([submit(0), submit(0.1), ...linear(1), ...linear(1.2)]);
  assertEquals(atOnce.ends.map(({ instance, outcome }) => [instance, outcome]), [
    ["2-0", "completed"],
    ["2-0#2", "completed"],
  ]);
  assertEquals(atOnce.attempts.map(({ runMs }) => runMs), Array(6).fill(1000));
  assertEquals([...after.warnings, ...atOnce.warnings].length, 1);
});

Deno.test("originalRun() does not give an experiment's calls to what an earlier one left behind", async () => {
  const left = [submit(0, 0), submit(0, 1), ...linear(1, { instance: 0 }).slice(0, 3)];
  const soon = await read([...left, submit(400), ...linear(401)]);
  assertEquals(soon.ends.map(({ instance, outcome }) => [instance, outcome]), [
    ["2-0#2", "completed"],
    ["2-0", "dropped"],
  ]);
  assertEquals(soon.attempts.map(({ runMs }) => runMs), Array(4).fill(1000));
  const later = await read([...left, submit(7200, 1), ...linear(7201, { instance: 1 })]);
  assertEquals(
    later.ends.map(({ instance, outcome, endedAtMs }) => [instance, outcome, endedAtMs - T * 1000]),
    [
      ["2-0", "dropped", 2500],
      ["2-1#2", "completed", 7205000],
    ],
  );
});

Deno.test("originalRun() reads the calls of others by their text, with any sign in it", async () => {
  const { attempts, ends, warnings } = await read([
    `functionSide-start-${T}.1-{5}`,
    `lambda-start-${T}.2-order-7-{x`,
    `functionSide-end-${T}.3-{5}`,
    `lambda-end-${T}.6-order-7-{x`,
    ...CONSUMER,
  ]);
  const lone = attempts.filter(({ chain }) => chain !== "chain1");
  assertEquals(lone.map(({ chain, instance, node, runMs }) => [chain, instance, node, rounded(runMs)]), [
    ["functionSide", "{5}", "functionSide", 200],
    ["lambda", "order-7-{x", "lambda", 400],
  ]);
  assertEquals(ends.map(({ outcome }) => outcome), ["completed", "completed", "completed"]);
  assertEquals(warnings.length, 1);
});

Deno.test("originalRun() takes dicts with a - in them, other order, other platforms, and no last nodes", async () => {
  const id =
    `{"hybrid": 'local', 'note': "it's 1-2-3 -", 'nodeId': 7, 'chainId': -3, 'functionId': 9, 'instanceId': 1, 'x': (1, None)}`;
  const { attempts, ends } = await read([
    `consumerSide-start-${T}.5-${id}\nconsumerSide-end-${T}.75-${id}\n`,
  ]);
  assertEquals(
    attempts.map(({ chain, instance, node, platform, runMs }) => [chain, instance, node, platform, runMs]),
    [
      ["chain-3", "-3-1", "node7", "local", 250],
    ],
  );
  assertEquals(ends.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("originalRun() leaves out lines that are not understood, with one warning", async () => {
  const bad = [
    "starting Logger up",
    `consumerSide-start-${T}.5-{'instanceId': 0, 'chainId': 1`,
    `consumerSide-start-${T}.5-{'instanceId': 0, 'chainId': 1}`,
    `consumerSide-start-${T}.5-{'instanceId': 0, 'chainId': None, 'functionId': 1, 'nodeId': 1}`,
    `consumerSide-start-soon-${FAN(1, 1)}`,
    `producerSide-end-${T}.5-{'instanceId': 0, 'chainId': 1}`,
    `functionSide-end-${T}.5-`,
  ];
  const { warnings, ...rest } = await read([...PRODUCER, ...bad, "", ...CONSUMER]);
  const { warnings: _none, ...expected } = await read([...PRODUCER, ...CONSUMER]);
  assertEquals(rest, expected);
  assertEquals(warnings, ["7 lines of topics are not understood (the first is line 2); they were left out"]);
});

Deno.test("originalRun() gives a line without a readable time the time of its receipt", async () => {
  const { attempts, warnings } = await read([
    { text: `consumerSide-start-nan-${FAN(1, 1)}`, atMs: T * 1000 },
    { text: `consumerSide-end-${T + 1}.5-${FAN(1, 1)}`, atMs: (T + 7) * 1000 },
  ]);
  assertEquals([attempts[0]?.startedAtMs, attempts[0]?.runMs, warnings.length], [T * 1000, 1500, 1]);
});

Deno.test("originalRun() warns of ends whose start is missing", async () => {
  const { attempts, warnings } = await read([...linear(0).slice(1)]);
  assertEquals(attempts.length, 2);
  assertStringIncludes(warnings.join(), "topics lacks the starts of 1 call; they were left out");
});

Deno.test("originalRun() refuses what has no such line, and none at all", async () => {
  const code = async (lines: string[]) =>
    (await assertRejects(() => read(lines), RunLogError) as RunLogError).code;
  assertEquals(await code([]), "empty");
  assertEquals(await code(["a", "b"]), "not-a-run-log");
});

/** Reads many lines with a reading that sorts within a hundred. */
function readLong(lines: readonly string[]): { events: RunEvent[]; warnings: string[] } {
  const warnings: string[] = [], reading = new OriginalReading("topics", warnings, 100);
  const events = lines.flatMap((text, i) => [...reading.take({ text, number: i + 1 })]);
  return { events: [...events, ...reading.end()], warnings };
}

const INSTANCES = 500;

Deno.test("OriginalReading needs no more order than its window has", () => {
  const lines = Array.from({ length: INSTANCES }, (_, i) => [
    ...linear(i, { instance: i % 20, side: "function" }),
    ...linear(i - 0.01, { instance: i % 20 }),
    submit(i - 1, i % 20),
  ]).flat();
  const { events, warnings } = readLong(lines);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  assertEquals(["submit", "attempt", "end"].map(count), [INSTANCES, 3 * INSTANCES, INSTANCES]);
  assertEquals(new Set(events.map((event) => event.type === "end" && event.instance)).size, INSTANCES + 1);
  assertEquals(warnings, []);
});

Deno.test("OriginalReading does not repeat in the consumer's words what it has told in the functions'", () => {
  const told = (side: "consumer" | "function") =>
    Array.from({ length: INSTANCES }, (_, i) => linear(i, { instance: i, side })).flat();
  const { events, warnings } = readLong([...told("function"), ...told("consumer")]);
  assertEquals(events.filter(({ type }) => type === "attempt").length, 3 * INSTANCES);
  assertStringIncludes(warnings.join(), "Sort its lines by time");
});

Deno.test("readRunLog() recognises the original's logs by their first line, compressed or not", async () => {
  const path = await Deno.makeTempFile();
  const text = new TextEncoder().encode(["", ...CONSUMER, "rest"].join("\r\n"));
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  for (const bytes of [text, new Uint8Array(await new Response(zipped).arrayBuffer())]) {
    await Deno.writeFile(path, bytes);
    const { events, warnings } = readRunLog(path);
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    assertEquals(types, ["run", "submit", "attempt", "attempt", "attempt", "end"]);
    assertStringIncludes(warnings.join(), `line 8 of ${path} is not understood; it was left out`);
  }
  await Deno.remove(path);
});

Deno.test("originalRun() tells how long functions ran where no consumer has, but not how long they waited at the provider", async () => {
  const { attempts, functionRuns } = await read([...PRODUCER, ...FUNCTIONS]);
  assertEquals(functionRuns.map(({ functionMs }) => functionMs), attempts.map(({ runMs }) => runMs));
  assertEquals(functionRuns.map(({ providerQueuedMs }) => providerQueuedMs), [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("originalRun() hears of functions that end later by their own clocks than the call did, and says by how much", async () => {
  const ahead = FUNCTIONS.map((line) =>
    line.replace(/-(\d+\.\d+)-/, (_, at) => `-${(Number(at) + 0.05).toFixed(6)}-`)
  );
  const { functionRuns } = await read([...PRODUCER, ...CONSUMER, ...ahead]);
  const times = functionRuns.map((
    { node, functionMs, skewMs = 0 },
  ) => [node, rounded(functionMs), Math.round(skewMs)]);
  assertEquals(times, [["node1", 388.2, 44], ["node2", 590.2, 42], ["node3", 884.2, 41]]);
});

Deno.test("originalRun() gives no function the end of another that is called the same, later", async () => {
  const lost = call("start", 0.1, { side: "function", node: 3, last: "[3]" });
  const made = { node: 3, last: "[3]" };
  const first = [submit(0), call("start", 0, made), lost, call("end", 1, made)];
  const own = { ...made, side: "function" } as const;
  const second = [
    submit(20),
    call("start", 20, made),
    call("start", 20.2, own),
    call("end", 20.7, own),
    call("end", 21, made),
  ];
  const { functionRuns } = await read([...first, ...second]);
  assertEquals(functionRuns.map(({ instance, functionMs }) => [instance, Math.round(functionMs)]), [[
    "2-0#2",
    500,
  ]]);
});
