/** The number of zero-work functions that `consume` runs a second over real HTTP from a queue. */
import { type Chain, seededRandom } from "sequoia";
import { instanceMaker, type Limits, policyOf, Scheduler } from "sequoia/scheduler";
import { realClock } from "../lib/model/mod.ts";
import { Consumer, type ConsumerOptions } from "../lib/consume/mod.ts";
import { HttpPlatform, type Platform } from "../lib/platform/mod.ts";
import { openQueue, type QueueDriver } from "../lib/queue/mod.ts";
import { openRunLog, RUN_SCHEMA, type Tracer } from "../lib/record/mod.ts";

/** Calls in flight, and in all. */
export const [CONCURRENCY, CALLS] = [256, 40_000];

/** Starts the server in its own process. @param waitMs how long it waits before it answers each call */
export async function startServer(waitMs = 0): Promise<{ readonly url: string } & AsyncDisposable> {
  const args = ["run", "-A", "bench/server.ts", `${waitMs}`];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const { value = "" } = await child.stdout.pipeThrough(new TextDecoderStream()).values({
    preventCancel: true,
  }).next();
  const end = async () => {
    child.kill();
    await child.status;
  };
  return { url: `http://127.0.0.1:${value.trim()}/f`, [Symbol.asyncDispose]: end };
}

/**
 * Calls a second of a consumer that works off a queue of instances of one chain.
 *
 * @param options `queue`: an empty one (Default: a new one in a SQLite file); `tracer` (Default: no spans are recorded)
 */
export async function calls(
  of: Chain,
  folder: string,
  { queue, tracer }: { readonly queue?: QueueDriver; readonly tracer?: Tracer | undefined } = {},
): Promise<number> {
  await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "", lost() {} } });
  const instances = Math.ceil(CALLS / of.nodes.length);
  if (queue !== undefined) return await workOff(queue, { of, instances, folder, platform, tracer });
  const address = `sqlite:${folder}/${of.name}-${crypto.randomUUID()}.db`;
  await using file = await openQueue(address, { clock: realClock });
  return await workOff(file, { of, instances, folder, platform, tracer });
}

/** Calls a second of a burst, under some limits. */
export async function burst(of: Chain, folder: string, instances: number, limits: Limits): Promise<number> {
  await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "", lost() {} } });
  const address = `sqlite:${folder}/burst-${crypto.randomUUID()}.db`;
  await using queue = await openQueue(address, { clock: realClock });
  return await workOff(queue, { of, instances, folder, platform, limits });
}

/** The limit is fixed: the consumer is measured, not its search for the server's limit. */
const FIXED: Limits = { global: CONCURRENCY, fixed: true };

/** The instances to run. */
export interface Work {
  readonly of: Chain;
  readonly instances: number;
  /** Where the run log goes. */
  readonly folder: string;
  readonly platform: Platform;
  /** (Default: {@linkcode CONCURRENCY}, fixed) */
  readonly limits?: Limits;
  /** Records spans. (Default: none are recorded) */
  readonly tracer?: Tracer | undefined;
  /** The labels of each instance. (Default: none) */
  readonly labels?: (i: number) => Readonly<Record<string, string>>;
  /** The consumer's process, by which others see it; it counts its work then. (Default: nobody sees it) */
  readonly about?: NonNullable<ConsumerOptions["about"]>;
  /** Begins something beside the consumer, which ends with the run. (Default: nothing) */
  readonly beside?: (consumer: Consumer, queue: QueueDriver) => Promise<AsyncDisposable>;
}

/** Queues instances and works them off. @returns calls a second, from the start of the consumer to the empty queue */
export async function workOff(
  queue: QueueDriver,
  { of, instances, folder, platform, limits = FIXED, tracer, labels = () => ({}), about, beside }: Work,
): Promise<number> {
  const make = instanceMaker(seededRandom(1));
  for (let done = 0; done < instances; done += 1000) {
    await queue.push(
      Array.from(
        { length: Math.min(1000, instances - done) },
        (_, i) => make({ chain: of, labels: labels(i) }, realClock.nowMs()),
      ),
    );
  }
  await using recorder = await openRunLog(`${folder}/run.json`, {
    schema: RUN_SCHEMA,
    command: "consume",
    version: "bench",
    startedAtMs: realClock.nowMs(),
  });
  const scheduler = new Scheduler({
    policy: policyOf("fair-share"),
    limits,
    random: seededRandom(1),
  });
  const parts = { queue, scheduler, platform, recorder, tracer, clock: realClock };
  const shown = about !== undefined && { about, metricsLabel: "tenant" };
  const consumer = new Consumer({ ...parts, untilEmpty: true, ...shown });
  await using _ = await beside?.(consumer, queue);
  const never = new AbortController().signal;
  const start = performance.now();
  await consumer.run(never, never);
  return instances * of.nodes.length / (performance.now() - start) * 1000;
}
