import type { Clock } from "../../lib/model/mod.ts";
import type { Claim, Queue, QueueDriver } from "../../lib/queue/mod.ts";

/** One queue, as a driver's tests lend it to the contract: empty at first, with any number of connections. */
export interface QueueHarness extends AsyncDisposable {
  /** The clock that the connections go by. */
  readonly clock: Clock;
  /** The time for which it keeps ended instances, in milliseconds. */
  readonly keepMs: number;
  /** Another producer or consumer; the harness disposes those that a test leaves open. */
  connect(): Promise<QueueDriver>;
  /** Makes a consumer lose its lease, as one that died or hung does; resolves when others may pull what it held. */
  lose(consumer: QueueDriver): Promise<void>;
  /** Waits for what needs time to pass: a clock that is not real passes it. */
  wait<T>(promise: PromiseLike<T>): Promise<T>;
}

/** A test of the contract. */
export interface ContractCase {
  readonly name: string;
  run(harness: QueueHarness): Promise<void>;
}

const NEVER = new AbortController().signal;

/** Pulls what there is or will be, until there are `count` claims. */
export async function pullAll(harness: QueueHarness, queue: Queue, count: number): Promise<Claim[]> {
  const claims: Claim[] = [];
  while (claims.length < count) {
    claims.push(...await harness.wait(queue.pull(count - claims.length, NEVER)));
  }
  return claims;
}

/** Whether nothing can be pulled now: a pull only ends because it is aborted. */
export async function nothingToPull(harness: QueueHarness, queue: Queue): Promise<boolean> {
  const stop = new AbortController();
  const pulled = queue.pull(1, stop.signal);
  await harness.wait(harness.clock.until(harness.clock.nowMs() + 100));
  stop.abort();
  return (await harness.wait(pulled)).length === 0;
}
