import { MemoryQueue, type QueueDriver } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import type { QueueHarness } from "./contract_case.ts";
import { ProcessClock, TestClock } from "./test_clock.ts";

const KEEP_MS = 60_000;
const LEASE_MS = 5000;

/** An in-memory queue for the contract. */
export function openMemory(): Promise<QueueHarness> {
  const clock = new TestClock();
  const queue = new MemoryQueue({ clock, keepMs: KEEP_MS });
  const open: QueueDriver[] = [];
  return Promise.resolve({
    clock,
    keepMs: KEEP_MS,
    connect() {
      const consumer = queue.open();
      open.push(consumer);
      return Promise.resolve(consumer);
    },
    lose(consumer) {
      queue.expire(consumer);
      return Promise.resolve();
    },
    wait: (promise) => clock.wait(promise),
    async [Symbol.asyncDispose]() {
      for (const consumer of open) await consumer[Symbol.asyncDispose]();
    },
  });
}

/** A SQLite file with what its own tests need. */
export interface SqliteHarness extends QueueHarness {
  readonly clock: TestClock;
  readonly path: string;
  /** Stops the processes of some connections, as by SIGSTOP. */
  stop(...queues: readonly QueueDriver[]): void;
  /** Lets them go on. */
  resume(...queues: readonly QueueDriver[]): void;
}

/** A queue in a new SQLite file for the contract; each connection plays a process with a clock of its own. */
export async function openSqlite(): Promise<SqliteHarness> {
  const clock = new TestClock();
  const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" });
  const path = `${folder}/queue.db`;
  const processes = new Map<QueueDriver, ProcessClock>();
  const connect = async () => {
    const own = new ProcessClock(clock);
    const queue = await openSqliteQueue({ path, clock: own, keepMs: KEEP_MS, leaseMs: LEASE_MS });
    processes.set(queue, own);
    return queue;
  };
  return {
    clock,
    keepMs: KEEP_MS,
    path,
    connect,
    stop: (...queues) => queues.forEach((queue) => processes.get(queue)!.stopped = true),
    resume: (...queues) => queues.forEach((queue) => processes.get(queue)!.stopped = false),
    async lose(consumer) {
      const bystander = await connect(); // takes over, as any consumer would
      await bystander.pull(1, AbortSignal.abort());
      processes.get(consumer)!.stopped = true;
      await clock.pass(2 * LEASE_MS);
      processes.get(consumer)!.stopped = false;
      await bystander[Symbol.asyncDispose]();
    },
    wait: (promise) => clock.wait(promise),
    async [Symbol.asyncDispose]() {
      for (const queue of processes.keys()) await clock.wait(queue[Symbol.asyncDispose]());
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A driver on which random scenes are played. */
export interface SceneSubject {
  readonly name: string;
  open(): Promise<QueueHarness>;
  /** The part of a test's scenes that are played on it, as its disk takes time; above 0, at most 1. */
  readonly share: number;
}

/** The drivers for random scenes: all that need no server. */
export const SCENE_SUBJECTS: readonly SceneSubject[] = [
  { name: "memory", open: openMemory, share: 1 },
  { name: "sqlite", open: openSqlite, share: 0.2 },
];
