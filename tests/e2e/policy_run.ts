/**
 * Drives the real command line under a policy, and reads from the run log what was started when: the backlog is submitted
 * before the consumer starts, so that the policy alone decides.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type AttemptEvent, readRunLog } from "../../lib/record/mod.ts";
import { folder, run } from "./sequoia.ts";

/** The submissions, and the options of the consumer. */
export interface Trial {
  /** The workload's module, without its import of "sequoia". */
  readonly workload: string;
  /** The arguments of each `produce`, one after the other. (Default: one, of everything by chance) */
  readonly produce: readonly (readonly string[])[];
  /** The arguments of `consume`, beside what ends it with the queue. */
  readonly consume: readonly string[];
  /** More files. */
  readonly files?: Record<string, string>;
}

/** One start, as the run log has it. */
export interface Start extends Pick<AttemptEvent, "chain" | "function" | "node" | "instance"> {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly submittedAtMs: number;
  /** Its instance's place in the order of submission. */
  readonly submission: number;
  /** The number of its instance's calls that were started before it. */
  readonly stage: number;
}

/** Submits, consumes, and reads the starts in the order of the run log's times. */
export async function startsOf({ workload, produce, consume, files = {} }: Trial): Promise<Start[]> {
  const imports = `import { chain, constant, fn, workload } from "sequoia";\n`;
  await using at = await folder({ "work.ts": imports + workload, ...files });
  for (const args of produce) await mustRun(["produce", "work.ts", "--seed", "1", ...args], at);
  await mustRun(["consume", "--until-empty", ...consume], at);
  return await readStarts(`${at.cwd}/run.json`);
}

async function mustRun(args: readonly string[], at: { readonly cwd: string }): Promise<void> {
  const { code, stderr } = await run(args, at);
  assertEquals(code, 0, `sequoia ${args.join(" ")}: ${stderr}`);
}

/** The starts in a run log, in their order. */
export async function readStarts(path: string): Promise<Start[]> {
  const submitted = new Map<string, Pick<Start, "submission" | "submittedAtMs" | "labels">>();
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(path).events) {
    if (event.type === "attempt") attempts.push(event);
    if (event.type === "submit") {
      const { instance, submittedAtMs, labels } = event;
      submitted.set(instance, { submission: submitted.size, submittedAtMs, labels });
    }
  }
  const stages = new Map<string, number>();
  return attempts.sort((a, b) => a.startedAtMs - b.startedAtMs).map((attempt) => {
    const stage = stages.get(attempt.instance) ?? 0;
    stages.set(attempt.instance, stage + 1);
    const endedAtMs = attempt.startedAtMs + attempt.runMs;
    return { ...attempt, endedAtMs, stage, ...submitted.get(attempt.instance)! };
  });
}

/** The order of a policy: starts by ascending keys, compared item by item. */
export type Key = (start: Start) => readonly number[];

/** First come, first served: all first stages as they were submitted, then all second ones, … */
const FCFS: Key = ({ stage, submission }) => [stage, submission];

/** Starts went by a key, and not as fcfs would have had them. */
export function assertOrder(starts: readonly Start[], key: Key, isFcfs = false): void {
  const expected = wordsOf(sorted(starts, key));
  if (!isFcfs) assertNotEquals(expected, wordsOf(sorted(starts, FCFS)), "fcfs would do the same");
  assertEquals(wordsOf(starts), expected);
}

function sorted(starts: readonly Start[], key: Key): Start[] {
  return starts.toSorted((a, b) => {
    const other = key(b);
    const at = key(a).findIndex((n, i) => n !== other[i]);
    return at < 0 ? a.submission - b.submission : key(a)[at]! - other[at]!;
  });
}

function wordsOf(starts: readonly Start[]): string {
  return starts.map(({ node, submission }) => `${node}#${submission}`).join(" ");
}

/** Each group's part of what was in flight. */
export type Shares = Readonly<Record<string, number>>;

/**
 * Checks that the calls in flight were shared as expected, within a tenth, while every group had something waiting; under
 * fcfs it would not have been.
 */
export function assertShares(
  starts: readonly Start[],
  groupOf: (s: Start) => string,
  expected: Shares,
): void {
  const { fromMs, toMs } = contention(starts, groupOf);
  const fcfs = sorted(starts, FCFS);
  const ends = new Map(fcfs.map((start, i) => [groupOf(start), i]));
  const contended = fcfs.slice(0, 1 + Math.min(...ends.values()));
  const under = normal(Object.keys(expected), (name) => contended.filter((s) => groupOf(s) === name).length);
  const actual = normal(Object.keys(expected), (name) => {
    const own = starts.filter((start) => groupOf(start) === name);
    return own.reduce((sum, s) => sum + overlapMs(s, fromMs, toMs), 0);
  });
  const wanted = normal(Object.keys(expected), (name) => expected[name]!);
  const told = JSON.stringify({ wanted, actual, fcfs: under });
  assert(distance(under, wanted) > 2 * TOLERANCE, `fcfs would do the same: ${told}`);
  assert(distance(actual, wanted) < TOLERANCE, told);
}

const TOLERANCE = 0.1;

/** From when what was started at first has ended, until a group has nothing left that waits. */
function contention(starts: readonly Start[], groupOf: (s: Start) => string) {
  const firstEndMs = Math.min(...starts.map(({ endedAtMs }) => endedAtMs));
  const first = starts.filter(({ startedAtMs }) => startedAtMs < firstEndMs);
  const last = new Map(starts.map((start) => [groupOf(start), start.startedAtMs]));
  const fromMs = Math.max(...first.map(({ endedAtMs }) => endedAtMs));
  const toMs = Math.min(...last.values());
  assert(toMs > fromMs, "there is a time at which all have something waiting");
  return { fromMs, toMs };
}

function overlapMs({ startedAtMs, endedAtMs }: Start, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(endedAtMs, toMs) - Math.max(startedAtMs, fromMs));
}

function normal(names: readonly string[], amountOf: (name: string) => number): Shares {
  const sum = names.reduce((sum, name) => sum + amountOf(name), 0);
  return Object.fromEntries(names.map((name) => [name, amountOf(name) / sum]));
}

function distance(some: Shares, others: Shares): number {
  return Math.max(...Object.keys(some).map((name) => Math.abs(some[name]! - others[name]!)));
}

/** The most in flight together. */
export function mostAtOnce(starts: readonly Start[]): number {
  return Math.max(...starts.map(({ startedAtMs: atMs }) => inFlight(starts, atMs)));
}

/** The number of calls in flight at an instant. */
export function inFlight(starts: readonly Start[], atMs: number): number {
  return starts.filter(({ startedAtMs, endedAtMs }) => startedAtMs <= atMs && atMs < endedAtMs).length;
}
