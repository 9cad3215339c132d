/**
 * A process that works on a queue until it is killed or nothing is left, and says on standard output what was acknowledged:
 * `pushed ID`, `claimed ID NODE,NODE`, `settled ID NODE`, `ended ID`.
 *
 * Arguments: the path, and as JSON what it does.
 */
import { NULL, realClock } from "../../lib/model/mod.ts";
import { QueueError } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { instances, line, record } from "./samples.ts";

/** The work of the process. */
export interface Work {
  /** Makes its instances' ids its own. */
  readonly seed: string;
  /** The number of instances that it pushes, in calls of `batch`. */
  readonly push: number;
  readonly batch: number;
  /** The number that it pulls at a time; 0: none. */
  readonly pull: number;
  /** Ends when nothing is queued or running. */
  readonly untilEmpty: boolean;
  readonly leaseMs: number;
}

const encoder = new TextEncoder();

function say(...lines: readonly string[]): void {
  Deno.stdout.writeSync(encoder.encode(lines.map((text) => `${text}\n`).join("")));
}

async function work(path: string, { seed, push, batch, pull, untilEmpty, leaseMs }: Work): Promise<void> {
  await using queue = await openSqliteQueue({ path, clock: realClock, leaseMs });
  const stop = new AbortController();

  async function produce(): Promise<void> {
    const all = instances(push, line, seed);
    for (let at = 0; at < all.length; at += batch) {
      const some = all.slice(at, at + batch);
      await queue.push(some);
      say(...some.map(({ id }) => `pushed ${id}`));
    }
  }

  async function consume(): Promise<void> {
    while (!stop.signal.aborted) {
      const claims = await queue.pull(pull, stop.signal);
      say(...claims.map(({ instance, progress }) => `claimed ${instance.id} ${progress.map((r) => r.node)}`));
      await Promise.all(claims.map(async ({ instance: { id: instanceId }, progress }) => {
        for (let node = progress.length; node < 2; node++) {
          await queue.checkpoint([{ instanceId, records: [record(node, `${instanceId} ${node}`)] }]);
          say(`settled ${instanceId} ${node}`);
        }
        const endedAtMs = realClock.nowMs();
        await queue.finish([{
          instanceId,
          outcome: "completed",
          records: [record(2)],
          endedAtMs,
          output: NULL,
        }]);
        say(`ended ${instanceId}`);
      }));
    }
  }

  async function watch(): Promise<void> {
    for (let depth = await queue.depth(); depth.queued + depth.running > 0; depth = await queue.depth()) {
      await realClock.until(realClock.nowMs() + 5);
    }
    stop.abort();
  }

  say("ready");
  await Promise.all([produce(), pull > 0 ? consume() : undefined, untilEmpty ? watch() : undefined]);
}

if (import.meta.main) {
  try {
    await work(Deno.args[0]!, JSON.parse(Deno.args[1]!));
  } catch (error) {
    say(`error ${error instanceof QueueError ? error.code : error}`);
  }
}
