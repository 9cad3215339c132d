/** Queues whose consumers can be treated as a machine treats its processes, all in one virtual time. */
import { setImmediate } from "node:timers";
import { type Clock, onAbort } from "../../../lib/model/mod.ts";
import { MemoryQueue, type QueueDriver } from "../../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../../lib/queue/sqlite/mod.ts";
import { diskIsBusy } from "../../queue/disk.ts";
import { VirtualClock } from "../virtual_clock.ts";

/** A process with a connection to a queue. */
export interface Process {
  readonly queue: QueueDriver;
  readonly clock: Clock;
  /** It hangs for so long that others take what it holds, and then goes on; it is not told. */
  hang(): void;
  /** It never goes on. */
  die(): void;
  /** Resolves when it does not hang. */
  awake(): Promise<void>;
}

/** A queue, and time. */
export interface Store extends AsyncDisposable {
  readonly clock: VirtualClock;
  connect(): Promise<Process>;
}

/** In memory nothing can hang: others take at once what a consumer holds. */
export function memoryStore(): Promise<Store> {
  const clock = new VirtualClock();
  const memory = new MemoryQueue({ clock });
  return Promise.resolve({
    clock,
    connect() {
      const queue = memory.open();
      const lose = () => memory.expire(queue);
      return Promise.resolve({ queue, clock, hang: lose, die: lose, awake: () => Promise.resolve() });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** Longer than any scene takes, in milliseconds. Somebody beats all the time, so a scene that hangs has timers for ever. */
const PATIENCE_MS = 600_000;

/** The longest silence of a consumer of the file, in milliseconds. */
const LEASE_MS = 200;

/** A queue in a new file; a process that hangs sees no time pass. */
export async function sqliteStore(): Promise<Store> {
  const clock = new VirtualClock({ idle: written, patienceMs: PATIENCE_MS });
  const folder = await Deno.makeTempDir({ prefix: "sequoia-chaos-", ...await quickDisk() });
  const open: { readonly queue: QueueDriver; readonly own: HangingClock }[] = [];
  return {
    clock,
    async connect() {
      const own = new HangingClock(clock);
      const path = `${folder}/queue.db`;
      const queue = await clock.run(openSqliteQueue({ path, clock: own, leaseMs: LEASE_MS }));
      open.push({ queue, own });
      let isDead = false;
      const hang = () => {
        own.hang();
        clock.after(3 * LEASE_MS, () => isDead || own.goOn());
      };
      const die = () => {
        isDead = true;
        own.hang();
      };
      return { queue, clock: own, hang, die, awake: () => own.awake() };
    },
    async [Symbol.asyncDispose]() {
      for (const { queue, own } of open) {
        own.goOn();
        await clock.run(queue[Symbol.asyncDispose]());
      }
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A folder in memory, if the machine has one: a thousand scenes write a lot. */
async function quickDisk(): Promise<{ readonly dir?: string }> {
  try {
    return (await Deno.stat("/dev/shm")).isDirectory ? { dir: "/dev/shm" } : {};
  } catch {
    return {};
  }
}

/** Resolves when all that is at hand has been written: what follows from a write takes some turns of the event loop. */
async function written(): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet = diskIsBusy() ? 0 : quiet + 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A clock of a process: while that hangs nothing wakes up. */
class HangingClock implements Clock {
  readonly #base: Clock;
  #hung: PromiseWithResolvers<void> | undefined;

  constructor(base: Clock) {
    this.#base = base;
  }

  hang(): void {
    this.#hung ??= Promise.withResolvers();
  }

  goOn(): void {
    this.#hung?.resolve();
    this.#hung = undefined;
  }

  async awake(): Promise<void> {
    while (this.#hung !== undefined) await this.#hung.promise;
  }

  nowMs(): number {
    return this.#base.nowMs();
  }

  wallMs(): number {
    return this.#base.wallMs();
  }

  async until(instantMs: number, signal?: AbortSignal): Promise<void> {
    await this.#base.until(instantMs, signal);
    await this.awake();
  }

  after(delayMs: number, callback: () => void): () => void {
    const taken = new AbortController();
    const end = () => {
      if (this.#hung === undefined) return callback();
      void this.awake().then(() => taken.signal.aborted || callback());
    };
    const cancel = this.#base.after(delayMs, end);
    onAbort(taken.signal, cancel);
    return () => taken.abort();
  }
}

/** The stores of all drivers that need no server, each with the number of its scenes. */
export const STORES: readonly (readonly [name: string, open: () => Promise<Store>, numRuns: number])[] = [
  ["memory", memoryStore, 600],
  ["sqlite", sqliteStore, 30],
];
