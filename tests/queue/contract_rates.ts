import { assertEquals } from "@std/assert";
import type { ContractCase, QueueHarness } from "./contract_case.ts";

/** Adds one to some numbers, through one connection. */
async function countUp(harness: QueueHarness, names: readonly string[]): Promise<void> {
  await using queue = await harness.connect();
  const add = (texts: readonly (string | undefined)[]) => texts.map((text = "0") => `${Number(text) + 1}`);
  await harness.wait(queue.rateLedgers?.change(names, add) ?? Promise.resolve());
}

/** The ledgers of rates, where the consumers of a queue have them together. */
export const rateCases: readonly ContractCase[] = [
  {
    name: "ledgers of rates are changed by one consumer after the other, and outlive them",
    async run(harness) {
      await using queue = await harness.connect();
      assertEquals(queue.rateLedgers === undefined, queue.isDivided, "rates are divided where the queue is");
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => countUp(harness, i % 2 === 0 ? ["a", "b"] : ["b"])),
      );
      const read: (string | undefined)[] = queue.rateLedgers === undefined ? ["5", "10", undefined] : [];
      await harness.wait(
        queue.rateLedgers?.change(["a", "b", "c"], (texts) => (read.push(...texts), ["0", "0", "0"])) ??
          Promise.resolve(),
      );
      assertEquals(read.slice(0, 3), ["5", "10", undefined]);
    },
  },
];
