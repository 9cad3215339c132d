import type { ContractCase, QueueHarness } from "./contract_case.ts";
import { calledCases } from "./contract_called.ts";
import { callbackCases } from "./contract_callbacks.ts";
import { cancelledCases } from "./contract_cancelled.ts";
import { commandCases } from "./contract_commands.ts";
import { consumerCases } from "./contract_consumers.ts";
import { contentCases } from "./contract_content.ts";
import { delayedCases } from "./contract_delayed.ts";
import { deployedCases } from "./contract_deployed.ts";
import { holdCases } from "./contract_hold.ts";
import { kindCases } from "./contract_kinds.ts";
import { lifeCases } from "./contract_life.ts";
import { listCases } from "./contract_list.ts";
import { lostCases } from "./contract_lost.ts";
import { rateCases } from "./contract_rates.ts";
import { retriedCases } from "./contract_retried.ts";
import { settingsCases } from "./contract_settings.ts";

/** A driver that is to keep the contract. */
export interface ContractSubject {
  readonly name: string;
  open(): Promise<QueueHarness>;
  /** Tests that the driver cannot pass, each with the reason. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
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
  ...deployedCases,
  ...calledCases,
  ...cancelledCases,
  ...delayedCases,
  ...retriedCases,
  ...callbackCases,
  ...rateCases,
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
