import { meanMs } from "../../model/mod.ts";
import type { FunctionTrace, TracedFunction } from "./trace.ts";

/** A trace in numbers. */
export interface TraceSummary {
  readonly format: string;
  readonly minutes: number;
  readonly calls: number;
  readonly functions: number;
  readonly apps: number;
  /** The minute with the most calls, from 0. */
  readonly busiest: { readonly minute: number; readonly calls: number };
  /** Run time of all calls, in milliseconds, as far as it is known. */
  readonly workMs: number;
  /** Calls in flight on average, if none waits. */
  readonly inFlight: number;
  /** Memory of all calls times their run times, in gigabytes × seconds, as providers bill it. (Default: no memory is known) */
  readonly gbS?: number;
  /** Functions and calls by trigger, those with the most calls first; none if the trace has no triggers. */
  readonly triggers: Readonly<Record<string, { readonly functions: number; readonly calls: number }>>;
  /** The apps with the most calls. */
  readonly top: readonly AppSummary[];
}

/** An app of a trace, in numbers. */
export interface AppSummary {
  readonly app: string;
  readonly functions: number;
  readonly calls: number;
  /** Mean run time of a call, in milliseconds. (Default: not known) */
  readonly meanMs?: number;
  readonly memoryMb?: number;
}

/** Most apps in a summary. */
const TOP = 10;

/** Sums a trace up. */
export function summaryOf(trace: FunctionTrace): TraceSummary {
  const { format, functions, count, minutes } = trace;
  const workMs = sum(functions, workOf);
  const known = functions.filter(({ memoryMb }) => memoryMb !== undefined);
  const apps = [...Map.groupBy(functions, ({ app }) => app)].map(([app, own]) => appOf(app, own));
  const triggers = [...Map.groupBy(functions, ({ labels }) => labels.trigger ?? "")].filter(([name]) =>
    name !== ""
  );
  const busiest = busiestOf(trace);
  return {
    format,
    minutes,
    calls: count,
    functions: functions.length,
    apps: apps.length,
    busiest,
    workMs,
    inFlight: minutes === 0 ? 0 : workMs / (minutes * 60_000),
    ...known.length > 0 && { gbS: sum(known, (fn) => workOf(fn) / 1000 * fn.memoryMb! / 1000) },
    triggers: Object.fromEntries(
      triggers.map(([name, own]) =>
        [name, { functions: own.length, calls: sum(own, ({ calls }) => calls) }] as const
      )
        .sort(([, a], [, b]) => b.calls - a.calls),
    ),
    top: apps.sort((a, b) => b.calls - a.calls).slice(0, TOP),
  };
}

function appOf(app: string, functions: readonly TracedFunction[]): AppSummary {
  const timed = functions.filter(({ time }) => time !== undefined);
  const { memoryMb } = functions[0]!;
  return {
    app,
    functions: functions.length,
    calls: sum(functions, ({ calls }) => calls),
    ...timed.length > 0 && { meanMs: sum(timed, workOf) / sum(timed, ({ calls }) => calls) },
    ...memoryMb !== undefined && { memoryMb },
  };
}

/** The run time of a function's calls, in milliseconds, as far as it is known. */
function workOf({ calls, time }: TracedFunction): number {
  return time === undefined ? 0 : calls * meanMs(time);
}

function busiestOf({ minutes, callsIn }: FunctionTrace): TraceSummary["busiest"] {
  let busiest = { minute: 0, calls: 0 };
  for (let minute = 0; minute < minutes; minute++) {
    const calls = callsIn(minute);
    if (calls > busiest.calls) busiest = { minute, calls };
  }
  return busiest;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
