// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The lateness of instances that start later, and the time that others need behind many of them; consumers are real processes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Chain, chain, fn } from "sequoia";
import { delayedUntil, instanceMaker, realClock, systemRandom } from "../lib/model/mod.ts";
import { openSqliteQueue } from "../lib/queue/sqlite/mod.ts";
import type { QueueDriver } from "../lib/queue/mod.ts";
import type { Figure } from "./figures.ts";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const MANY = 10_000, BEHIND = 1_000_000, FEW = 5, PUSHED = 10_000;
/** The instances are due within this time, after the consumer has had its time to start, in milliseconds. */
const WITHIN_MS = 50_000, START_MS = 5000;
const YEAR_MS = 365 * 86_400_000;
/** Targets: the lateness of 99 % of the instances, and the start of those behind the million, in milliseconds. */
const LATEST_MS = 50, BEHIND_MS = 2000;

/** A function that notes when each instance has called it, by the system's clock. */
function functions() {
  const calledAtMs = new Map<string, number>();
  const waiting = new Set<() => void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const atMs = realClock.wallMs();
    const { instance } = await request.json();
    calledAtMs.set(instance, atMs);
    for (const look of waiting) look();
    return Response.json(null);
  });
  return {
    calledAtMs,
    noted: chain(
      "noted",
      ({ call }) => void call(fn("note", { url: `http://127.0.0.1:${server.addr.port}/` })),
    ),
    /** Resolves when this number of instances have called. */
    async calls(count: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => void (calledAtMs.size >= count && resolve());
      waiting.add(look);
      look();
      await promise;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const make = instanceMaker(systemRandom());

/** A queue that is measured. */
export interface DelayedSubject {
  /** As `--queue` takes it. */
  readonly address: string;
  open(): Promise<QueueDriver>;
}

/** Submits instances, each due at an instant. */
async function submit(subject: DelayedSubject, of: Chain, dueAtMs: readonly number[]): Promise<void> {
  await using queue = await subject.open();
  for (let at = 0; at < dueAtMs.length; at += PUSHED) {
    const nowMs = realClock.wallMs();
    await queue.push(
      dueAtMs.slice(at, at + PUSHED).map((ms) => delayedUntil(make({ chain: of }, nowMs), ms)),
    );
  }
}

/** A consumer in a process of its own, which is killed at the end of the scope. */
function consumer({ address }: DelayedSubject): AsyncDisposable {
  const options = [
    "--queue",
    address,
    "--limit",
    "1000,fixed",
    "--out",
    "none",
    "--log-level",
    "warn",
  ];
  const args = ["run", "-A", "--quiet", MAIN, "consume", ...options];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null" }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** The lateness of the calls of many delayed instances, in milliseconds, the least first. */
async function latenesses(subject: DelayedSubject): Promise<number[]> {
  await using noting = functions();
  const startMs = realClock.wallMs() + START_MS;
  const due = Array.from({ length: MANY }, () => startMs + Math.random() * WITHIN_MS);
  await submit(subject, noting.noted, due);
  {
    await using _consumer = consumer(subject);
    await noting.calls(MANY);
  }
  await using queue = await subject.open();
  const views = await Array.fromAsync(queue.list({}));
  return views.map(({ instance: { id, dueAtMs } }) => noting.calledAtMs.get(id)! - dueAtMs!).sort((a, b) =>
    a - b
  );
}

/** The time from the start of a consumer until a few have called, behind so many that are due in a year, in milliseconds. */
async function behind(subject: DelayedSubject, delayed: number): Promise<number> {
  await using noting = functions();
  const dueMs = realClock.wallMs() + YEAR_MS;
  await submit(subject, noting.noted, new Array(delayed).fill(dueMs));
  await submit(subject, noting.noted, new Array(FEW).fill(0));
  const startMs = performance.now();
  await using _consumer = consumer(subject);
  await noting.calls(FEW);
  return performance.now() - startMs;
}

async function onSqlite<T>(run: (subject: DelayedSubject) => Promise<T>): Promise<T> {
  const cwd = await Deno.makeTempDir({ prefix: "sequoia-bench-" });
  try {
    const path = join(cwd, "queue.db");
    return await run({ address: `sqlite:${path}`, open: () => openSqliteQueue({ path, clock: realClock }) });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/**
 * Measures how late delayed instances start, and what they cost others.
 *
 * @param on calls a function with a queue of its own (Default: one on SQLite)
 */
export async function delayedBench(on: typeof onSqlite = onSqlite): Promise<Figure[]> {
  const lateMs = await on(latenesses);
  const alone = await on((subject) => behind(subject, 0));
  const many = await on((subject) => behind(subject, BEHIND));
  const part = (of: number) => lateMs[Math.min(lateMs.length - 1, Math.floor(of * lateMs.length))]!;
  return [
    { name: "10,000 delayed, 200/s: lateness, least", value: part(0), unit: "ms", atLeast: 0 },
    { name: "lateness, p50", value: part(0.5), unit: "ms" },
    { name: "lateness, p99", value: part(0.99), unit: "ms", atMost: LATEST_MS },
    { name: "lateness, most", value: part(1), unit: "ms" },
    { name: "start of a consumer to the calls of 5", value: alone, unit: "ms" },
    { name: "the same behind 1,000,000 delayed", value: many, unit: "ms", atMost: BEHIND_MS },
  ];
}

if (import.meta.main) {
  for (const { name, value, unit } of await delayedBench()) {
    console.log(name.padEnd(48), value.toFixed(2), unit);
  }
}
