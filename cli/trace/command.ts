import { dirname, join } from "node:path";
import { counted, formatDuration, freshSeed, ownOf, parseCount, seededRandom } from "../../lib/model/mod.ts";
import {
  formatNamed,
  type FunctionTrace,
  population,
  type SampleFile,
  type SampleFunction,
  type SampleSize,
  summaryOf,
  TRACE_FORMATS,
} from "../../lib/produce/mod.ts";
import { readPart, REPLAY_OPTIONS, traceWords } from "../options/traced_load.ts";
import { type Command, COMMON, type Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { didYouMean, one, readOptions, text, type Values } from "../shell/options.ts";
import { textTable } from "../shell/text_table.ts";

const MOST_MINUTES = 1440;
const DEFAULT_SIZE = { apps: 20, minutes: 60 } as const;
/** Characters that are written at a time, about. */
const BATCH = 1 << 16;

const options = {
  hours: REPLAY_OPTIONS.hours,
  sample: REPLAY_OPTIONS.sample,
  apps: one("N", `write: the number of apps (default ${DEFAULT_SIZE.apps})`, parseCount),
  minutes: one("N", `write: the length, at most ${MOST_MINUTES} (default ${DEFAULT_SIZE.minutes})`, minutes),
  seed: one("SEED", "the same seed takes, and writes, the same apps", text),
  ...COMMON,
} as const;

type TraceValues = Values<typeof options>;

interface Action {
  readonly what: string;
  readonly takes: readonly (keyof TraceValues)[];
  run(args: readonly string[], values: TraceValues, context: Context): Promise<void>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  show: {
    what: "what a file of functions' calls holds, or several days of them, or a folder",
    takes: ["hours", "sample"],
    run: show,
  },
  write: {
    what: "a small made-up trace, distributed as Azure's of 2019, in one of the formats",
    takes: ["apps", "minutes"],
    run: write,
  },
};

/** `sequoia trace` */
export const command: Command = {
  usage: "show FILE… | write FORMAT FOLDER [options]",
  words: Object.keys(ACTIONS),
  examples: [
    ["sequoia trace write azure-2019 azure --seed 3", "an hour of 20 apps, with nothing downloaded"],
    [
      "sequoia trace show azure/invocations_per_function_md.anon.d01.csv --hours 0..1",
      "calls, functions, apps, busiest minute, GB·s",
    ],
  ],
  tables: {
    "Actions": Object.entries(ACTIONS).map(([name, { what }]) => [name, what] as const),
    "Formats": TRACE_FORMATS.map(({ name, what }) => [name, what] as const),
  },
  options,
  async run(args, context) {
    const { values, rest: [name = "", ...rest] } = readOptions(options, args);
    const action = ownOf(ACTIONS, name);
    if (action === undefined) {
      const hint = name === "" ? "." : didYouMean(name, Object.keys(ACTIONS));
      throw new UsageError(`trace: write what to do: show FILE…, or write FORMAT FOLDER${hint} See --help`);
    }
    const other = Object.values(ACTIONS).find((each) => each !== action)!;
    const stray = other.takes.find((option) => values[option] !== undefined);
    if (stray !== undefined) {
      throw new UsageError(`trace ${name}: --${stray} is of the other action. Leave it out`);
    }
    await action.run(rest, values, context);
  },
};

async function show(
  args: readonly string[],
  values: TraceValues,
  { print, printLines }: Context,
): Promise<void> {
  if (args.length === 0) throw new UsageError("trace show: name a file, or several of one format");
  const log = openLog(values);
  const trace = await readPart(args, { ...values, seed: values.seed ?? freshSeed() });
  if (trace === undefined) {
    const names = TRACE_FORMATS.map(({ name }) => name).join(", ");
    throw new UsageError(`Cannot read ${args[0]}: its heading is that of no trace (${names})`);
  }
  for (const note of trace.notes) log.info(note);
  if (values.json) print(JSON.stringify({ files: args, ...summaryOf(trace), notes: trace.notes }));
  else printLines(summaryLines(trace).join("\n"));
}

function summaryLines(trace: FunctionTrace): string[] {
  const { format, busiest, workMs, inFlight, gbS, triggers, top } = summaryOf(trace);
  const rows = top.map(({ app, functions, calls, meanMs, memoryMb }) => [
    app,
    number(functions),
    number(calls),
    meanMs === undefined ? "–" : formatDuration(meanMs),
    memoryMb === undefined ? "–" : `${number(memoryMb)} MB`,
  ]);
  const all = Object.entries(triggers);
  return [
    `${format}: ${traceWords(trace)}`,
    `busiest minute: ${busiest.minute + 1}, with ${counted(busiest.calls, "call")}`,
    `work: ${formatDuration(workMs)}, ${Number(inFlight.toPrecision(3))} in flight on average${
      gbS === undefined ? "" : `, ${number(gbS)} GB·s`
    }`,
    ...all.length === 0
      ? []
      : [`triggers: ${all.map(([name, { calls }]) => `${name} ${percent(calls, trace.count)}`).join(", ")}`],
    "",
    ...textTable([["app", "functions", "calls", "mean run", "memory"], ...rows], [1, 2, 3, 4]),
  ];
}

async function write(args: readonly string[], values: TraceValues, { print }: Context): Promise<void> {
  const [name = "", folder, ...more] = args;
  const format = formatNamed(name), names = TRACE_FORMATS.map(({ name }) => name);
  if (format === undefined) {
    throw new UsageError(
      `trace write: no format "${name}"${didYouMean(name, names)} Choose from ${names.join(", ")}`,
    );
  }
  if (folder === undefined || more.length > 0) {
    throw new UsageError("trace write: name one folder, behind the format");
  }
  const log = openLog(values), seed = values.seed ?? freshSeed();
  const size = { apps: values.apps ?? DEFAULT_SIZE.apps, minutes: values.minutes ?? DEFAULT_SIZE.minutes };
  const functions = populationOf(size, seed);
  if (functions.length === 0) {
    throw new FailedError(
      `Nothing is called in these ${size.minutes} minutes (seed ${seed}). Write more --apps or --minutes`,
    );
  }
  const files = format.sample(functions, size.minutes);
  for (const file of files) await writeFile(folder, file);
  const paths = files.map(({ path }) => join(folder, path));
  const calls = functions.reduce((sum, { calls }) => sum + calls.length, 0);
  log.info(`Wrote ${counted(calls, "call")} of ${counted(functions.length, "function")} (seed ${seed})`);
  if (values.json) {
    print(JSON.stringify({ format: name, files: paths, calls, functions: functions.length, seed }));
  } else paths.forEach((path) => print(path));
}

/** @throws {UsageError} if it has too many calls */
function populationOf(size: SampleSize, seed: string): SampleFunction[] {
  try {
    return population(size, seededRandom(seed));
  } catch (cause) {
    if (cause instanceof RangeError) throw new UsageError(`trace write: ${cause.message}`, { cause });
    throw cause;
  }
}

async function writeFile(folder: string, { path, lines }: SampleFile): Promise<void> {
  const target = join(folder, path);
  try {
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, ReadableStream.from(batches(lines)), { createNew: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`Cannot write ${target}: it is there. Name another folder`, { cause });
    }
    throw new FailedError(`Cannot write ${target}: ${(cause as Error).message}`, { cause });
  }
}

/** Lines in texts of some length, so that a long file is written by few calls of the system. */
function* batches(lines: Iterable<string>): Generator<string> {
  let batch = "";
  for (const line of lines) {
    batch += `${line}\n`;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

function minutes(text: string): number {
  const count = parseCount(text);
  if (count <= MOST_MINUTES) return count;
  throw new RangeError(`Cannot write ${count} minutes. Write ${MOST_MINUTES}, a day, at most`);
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function percent(part: number, whole: number): string {
  return `${Number((100 * part / whole).toPrecision(2))} %`; // not 1.0e+2
}
