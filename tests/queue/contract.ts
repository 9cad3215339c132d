import type { Clock } from "../../lib/model/mod.ts";
import type { Claim, Queue, QueueDriver } from "../../lib/queue/mod.ts";
import { calledCases } from "./contract_called.ts";
import { cancelledCases } from "./contract_cancelled.ts";
import { commandCases } from "./contract_commands.ts";
import { consumerCases } from "./contract_consumers.ts";
import { contentCases } from "./contract_content.ts";
import { holdCases } from "./contract_hold.ts";
import { kindCases } from "./contract_kinds.ts";
import { lifeCases } from "./contract_life.ts";
import { listCases } from "./contract_list.ts";
import { lostCases } from "./contract_lost.ts";
import { settingsCases } from "./contract_settings.ts";

/** One queue, as a driver's tests lend it to the contract: empty at first, with any number of connections. */
export interface QueueHarness extends AsyncDisposable {
  /** The clock that the connections go by. */
  readonly clock: Clock;
  /** How long it keeps ended instances, in milliseconds. */
  readonly keepMs: number;
  /** Another producer or consumer; the harness disposes those that a test leaves open. */
  connect(): Promise<QueueDriver>;
  /** Makes a consumer lose its lease, as one that died or hung does; resolves when others may pull what it held. */
  lose(consumer: QueueDriver): Promise<void>;
  /** Waits for what needs time to pass: a clock that is not real passes it. */
  wait<T>(promise: PromiseLike<T>): Promise<T>;
}

/** A driver that is to keep the contract. */
export interface ContractSubject {
  readonly name: string;
  open(): Promise<QueueHarness>;
  /** Tests that the driver cannot pass, each with the reason. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
}

/** A test of the contract. */
export interface ContractCase {
  readonly name: string;
  run(harness: QueueHarness): Promise<void>;
}

/** All that every driver must pass. */
export const CONTRACT: readonly ContractCase[] = [
  ...lifeCases,
  ...contentCases,
  ...kindCases,
  ...holdCases,
  ...lostCases,
  ...listCases,
  ...commandCases,
  ...consumerCases,
  ...settingsCases,
  ...calledCases,
  ...cancelledCases,
];

/** Runs the contract on a driver. */
export function queueContract({ name, open, skip = [] }: ContractSubject): void {
  for (const { test } of skip) {
    if (!CONTRACT.some((each) => each.name === test)) {
      throw new RangeError(`Cannot skip "${test}": the contract has no such test`);
    }
  }
  for (const { name: test, run } of CONTRACT) {
    const reason = skip.find((each) => each.test === test)?.reason;
    Deno.test({
      name: `${name} queue: ${test}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      async fn() {
        await using harness = await open();
        await run(harness);
      },
    });
  }
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
