import type { HarnessOptions, PlatformCase, PlatformHarness } from "./contract_case.ts";
import { connectionCases } from "./contract_connections.ts";
import { outcomeCases } from "./contract_outcomes.ts";
import { requestCases } from "./contract_requests.ts";

/** A kind of platform that is to keep the contract. */
export interface PlatformSubject {
  readonly name: string;
  open(options: HarnessOptions): Promise<PlatformHarness>;
  /** Tests that the kind cannot pass, each with the reason. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
}

/** All that every kind of platform must pass. */
export const CONTRACT: readonly PlatformCase[] = [...requestCases, ...outcomeCases, ...connectionCases];

/** Runs the contract on a kind of platform. */
export function platformContract({ name, open, skip = [] }: PlatformSubject): void {
  for (const { test } of skip) {
    if (!CONTRACT.some((each) => each.name === test)) {
      throw new RangeError(`Cannot skip "${test}": the contract has no such test`);
    }
  }
  for (const { name: test, options = {}, run } of CONTRACT) {
    const reason = skip.find((each) => each.test === test)?.reason;
    Deno.test({
      name: `${name} platform: ${test}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      async fn() {
        await using harness = await open(options);
        await run(harness);
      },
    });
  }
}
