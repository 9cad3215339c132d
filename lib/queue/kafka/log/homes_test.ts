import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { callKey, chain, fn } from "../../../model/mod.ts";
import { Buffer } from "node:buffer";
import { Partitioners } from "kafkajs";
import { homes, partitioner } from "./homes.ts";

const PARTITIONS = 12;
const homeOf = homes("shop.pending_queue", PARTITIONS);

Deno.test("homes() keeps what an instance may call in the partition of that instance, whatever both are called", () => {
  const id = fc.stringMatching(/^[!-~]{1,40}$/);
  const name = fc.stringMatching(/^[\w][\w.:/@-]{0,20}$/).filter((name) => name !== "__proto__");
  const call = fc.record({ name, generation: fc.nat(3), item: fc.option(fc.nat(9999), { nil: undefined }) });
  fc.assert(fc.property(id, fc.array(call, { minLength: 1, maxLength: 3 }), (root, calls) => {
    let called = root;
    for (const { name, generation, item } of calls) {
      const callee = chain("callee", ({ call }) => void call(fn("f")));
      const caller = chain("caller", ({ call }) => void call(callee, { name }));
      const key = { node: 0, ...item !== undefined && { item } };
      called = callKey({ id: called, chain: caller, generations: [generation] }, key);
    }
    assertEquals(homeOf(called), homeOf(root));
  }));
});

Deno.test("homes() spreads ids that differ before the first slash, and is where a message lies that has no id", () => {
  const used = new Set(Array.from({ length: 200 }, (_, i) => homeOf(`order-${i}/x`)));
  assertEquals(used.size, PARTITIONS);
  assertEquals(homeOf("shop.pending_queue-7-1234"), 7);
  assertEquals(homeOf("shop.pending_queue-7-1234/convert"), 7);
  for (const id of ["shop.pending_queue-12-1", "shop.pending_queue-7-x", "shop.pending_queue-07-1"]) {
    assert(homeOf(id) < PARTITIONS);
  }
});

Deno.test("partitioner() chooses the partition that Kafka's clients choose", () => {
  const choose = Partitioners.DefaultPartitioner(), partitionOf = partitioner(PARTITIONS);
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
    ...{ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] },
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (key) => {
    const message = { key: Buffer.from(key), value: null };
    assertEquals(partitionOf(key), choose({ topic: "t", partitionMetadata, message }));
  }));
});
