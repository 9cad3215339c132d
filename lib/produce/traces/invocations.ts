import type { Random } from "../../model/mod.ts";
import { TraceError } from "./error.ts";
import { FunctionList } from "./functions.ts";
import { MAX_MINUTES } from "./minute_counts.ts";
import type { SampleFunction } from "./population.ts";
import { columnsOf, headingOf, rowsOf } from "./rows.ts";
import { distributionOfTimes, LONGEST_MS } from "./run_times.ts";
import type { FunctionTrace, Gaps, Selection, TracedCall, TracedFunction, TraceFormat } from "./trace.ts";

const MINUTE_MS = 60_000;
/** Most calls, in memory at 24 bytes each while they are put in order. */
const MAX_CALLS = 20_000_000;

/** The columns of a file with a line for each call. */
interface InvocationColumns {
  readonly app: string;
  readonly fn: string;
  /** When it began, or else when it ended. */
  readonly at: string;
  readonly isEnd: boolean;
  /** A unit of that column, in milliseconds. */
  readonly atUnitMs: number;
  readonly run: string;
  /** A unit of that one. */
  readonly runUnitMs: number;
  /** The instant that is the beginning of the data set, in milliseconds: hours are counted from there. */
  readonly originMs: number;
}

/** The Azure Functions trace of 2021 (Zhang et al., SOSP 2021), in seconds; InVitro's sampler writes IBM's with the same heading. */
const AZURE_2021_COLUMNS: InvocationColumns = {
  app: "app",
  fn: "func",
  at: "end_timestamp",
  isEnd: true,
  atUnitMs: 1000,
  run: "duration",
  runUnitMs: 1000,
  originMs: 0,
};

/**
 * The IBM Cloud Code Engine traces of 2026 (Nasiri et al., EuroSys 2026), a line for each call: begins in seconds, run times in
 * milliseconds. Their time begins at 4:59:59, as InVitro has found (docs/sampler.md of vhive-serverless/invitro).
 */
const IBM_2026_COLUMNS: InvocationColumns = {
  app: "NamespaceHash",
  fn: "AppHash",
  at: "InvocationTimes",
  isEnd: false,
  atUnitMs: 1000,
  run: "AppExecTimes",
  runUnitMs: 1,
  originMs: (4 * 3600 + 59 * 60 + 59) * 1000,
};

export const AZURE_2021: TraceFormat = {
  ...invocationFormat(
    "azure-2021",
    "a line for each call, as AzureFunctionsInvocationTraceForTwoWeeksJan2021.txt; IBM's of 2026 as InVitro writes them",
    AZURE_2021_COLUMNS,
  ),
  sample: (functions) => [{ path: "AzureFunctionsInvocationTrace.csv", lines: azureLines(functions) }],
};

export const IBM_2026: TraceFormat = {
  ...invocationFormat("ibm-2026", "a line for each call: a week_N.pickle as CSV", IBM_2026_COLUMNS),
  sample: (functions) => [{ path: "week_1.csv", lines: ibmLines(functions) }],
};

function invocationFormat(
  name: string,
  what: string,
  columns: InvocationColumns,
): Omit<TraceFormat, "sample"> {
  const names = [columns.app, columns.fn, columns.at, columns.run];
  return {
    name,
    what,
    fits: (heading) => names.every((name) => heading.includes(name)),
    read: (paths, selection) => readCalls(paths, name, columns, selection),
  };
}

function* azureLines(functions: readonly SampleFunction[]): Generator<string> {
  yield "app,func,end_timestamp,duration";
  const calls = functions.flatMap(({ app, id, calls }) =>
    calls.map(({ atMs, runMs }) => ({ app, id, endMs: atMs + runMs, runMs }))
  );
  for (const { app, id, endMs, runMs } of calls.sort((a, b) => a.endMs - b.endMs)) {
    yield [app, id, endMs / 1000, runMs / 1000].join(",");
  }
}

/** As pandas writes the lists of a week, one element a line. */
function* ibmLines(functions: readonly SampleFunction[]): Generator<string> {
  yield "NamespaceHash,AppHash,NumEvents,InvocationTimes,AppExecTimes,TotalExecTimes,PodHash";
  for (const { app, id, calls } of functions) {
    for (const { atMs, runMs } of calls) {
      yield [app, id, calls.length, (IBM_2026_COLUMNS.originMs + atMs) / 1000, runMs, runMs + 1, id].join(
        ",",
      );
    }
  }
}

async function readCalls(
  paths: readonly string[],
  name: string,
  columns: InvocationColumns,
  selection: Selection,
): Promise<FunctionTrace> {
  const { app, fn, at, run, isEnd, atUnitMs, runUnitMs, originMs } = columns;
  const [from, to] = selection.minutes ?? [-Infinity, Infinity];
  const calls = new Calls(paths[0]!);
  for (const path of paths) {
    const place = columnsOf(path, await headingOf(path), [app, fn, at, run]);
    for await (const row of rowsOf(path)) {
      const id = row.text(place[app]!);
      if (!selection.keeps(id)) continue;
      const runMs = row.someTime(place[run]!) * runUnitMs;
      if (runMs > LONGEST_MS) throw row.error(place[run]!, "it is longer than a year");
      const given = row.instant(place[at]!);
      const atMs = Math.round((given * atUnitMs - (isEnd ? runMs : 0)) * 1000) / 1000; // µs: a difference is not exact
      const minute = (atMs - originMs) / MINUTE_MS;
      if (minute < from || minute >= to) continue;
      if (!calls.isNear(atMs - originMs)) {
        throw row.error(
          place[at]!,
          `it is more than ${MAX_MINUTES} minutes from other calls. Name an hour with --hours`,
        );
      }
      calls.add(id, row.text(place[fn]!), atMs - originMs, runMs);
    }
  }
  return calls.trace(name, selection.minutes && from);
}

/** The calls of a trace, each with its own time. */
class Calls {
  readonly #file: string;
  readonly #list = new FunctionList();
  #atMs = new Float64Array(1024);
  #runMs = new Float64Array(1024);
  #fns = new Uint32Array(1024);
  #count = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether all calls and one more are within the longest time of a trace: its minutes are counted in memory. */
  isNear(atMs: number): boolean {
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    return this.#lastMs - this.#firstMs <= MAX_MINUTES * MINUTE_MS;
  }

  add(app: string, fn: string, atMs: number, runMs: number): void {
    if (this.#count === MAX_CALLS) {
      throw new TraceError(
        "large-trace",
        `Cannot replay ${this.#file}: it has more than ${MAX_CALLS} calls. Take a part of it: --sample 0.1, or --hours 0..1`,
      );
    }
    if (this.#count === this.#fns.length) this.#grow();
    this.#atMs[this.#count] = atMs;
    this.#runMs[this.#count] = runMs;
    const place = this.#fns[this.#count++] = this.#list.add(app, fn);
    this.#list.count(place, 1);
  }

  #grow(): void {
    const length = 2 * this.#count;
    const atMs = new Float64Array(length), runMs = new Float64Array(length), fns = new Uint32Array(length);
    atMs.set(this.#atMs);
    runMs.set(this.#runMs);
    fns.set(this.#fns);
    [this.#atMs, this.#runMs, this.#fns] = [atMs, runMs, fns];
  }

  /**
   * The trace of what was added.
   *
   * @param firstMinute the minute from which times count. (Default: that of the first call)
   */
  trace(format: string, firstMinute?: number): FunctionTrace {
    const atMs = this.#atMs, runMs = this.#runMs, fns = this.#fns, count = this.#count;
    const order = Uint32Array.from({ length: count }, (_, i) => i)
      .sort((a, b) => atMs[a]! - atMs[b]! || a - b);
    const startMs = MINUTE_MS *
      (firstMinute ?? (count === 0 ? 0 : Math.floor(atMs[order[0]!]! / MINUTE_MS)));
    const perMinute: number[] = [];
    for (const i of order) {
      const minute = Math.floor((atMs[i]! - startMs) / MINUTE_MS);
      while (perMinute.length <= minute) perMinute.push(0);
      perMinute[minute]!++;
    }
    return {
      format,
      functions: this.#timed(),
      count,
      minutes: perMinute.length,
      notes: [],
      callsIn: (minute) => perMinute[minute] ?? 0,
      *calls(_gaps: Gaps, _random: Random): Generator<TracedCall> {
        for (const i of order) yield { atMs: atMs[i]! - startMs, fn: fns[i]!, runMs: runMs[i]! };
      },
    };
  }

  /** The functions, with the distributions of their run times. */
  #timed(): readonly TracedFunction[] {
    const { functions } = this.#list, fns = this.#fns;
    const ends = new Uint32Array(functions.length), sorted = new Float64Array(this.#count);
    for (let i = 0; i < this.#count; i++) ends[fns[i]!]!++;
    for (let fn = 1; fn < ends.length; fn++) ends[fn]! += ends[fn - 1]!;
    const starts = Uint32Array.from(ends, (_, fn) => ends[fn - 1] ?? 0), next = starts.slice();
    for (let i = 0; i < this.#count; i++) sorted[next[fns[i]!]!++] = this.#runMs[i]!;
    for (const [fn, traced] of functions.entries()) {
      traced.time = distributionOfTimes(sorted.subarray(starts[fn], ends[fn]).sort());
    }
    return functions;
  }
}
