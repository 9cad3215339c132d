import { assertEquals } from "@std/assert";
import { instances } from "../../../../tests/queue/samples.ts";
import { ChainPool } from "../log/chain_pool.ts";
import type { Entry } from "../log/entry.ts";
import { PartitionState } from "../log/partition_state.ts";
import { Claims } from "./claims.ts";

/** Two instances that wait; the first one has called two others, and the first of these has ended. */
function setUp() {
  const chains = new ChainPool();
  const state = new PartitionState({ partition: 0, topic: "t", keepMs: 1, maxEnds: 1, chains });
  const [first, second, ...called] = instances(4);
  const add = (instance: typeof first, offset: number, isCalled = false): Entry =>
    state.add(instance!, { place: { atMs: 0, offset, isCalled }, run: 0, state: "queued" }, isCalled);
  const caller = add(first, 0), other = add(second, 1);
  const children = called.map((instance, i) => {
    const parent = { instance: first!.id, node: "x" };
    return add({ ...instance, parent }, 9 - i, true);
  });
  children[0]!.state = "completed";
  return { claims: new Claims(state), caller, other, children };
}

Deno.test("Claims.make() hands an instance out with all that it has called, in their order", () => {
  const { claims, caller, children } = setUp();
  const claim = claims.make(caller, 3);
  assertEquals([claim.instance.id, claim.number, claim.progress], [caller.instance.id, 3, []]);
  assertEquals(
    claim.children?.map(({ instance: { id }, ended }) => [id, ended?.outcome]),
    [[children[1]!.instance.id, undefined], [children[0]!.instance.id, "completed"]],
  );
  assertEquals([...claims.held()], [caller, ...children]);
});

Deno.test("Claims.heldAs() tells the claim that a consumer has now from one that it has lost", () => {
  const { claims, caller, other, children } = setUp();
  const id = caller.instance.id;
  assertEquals(claims.heldAs({ instanceId: id }), undefined, "it waits");
  claims.make(caller, 1);
  claims.make(caller, 2);
  assertEquals(claims.heldAs({ instanceId: id, claim: 1 }), undefined);
  assertEquals(claims.heldAs({ instanceId: id, claim: 2 }), caller);
  assertEquals(claims.heldAs({ instanceId: id }), caller);
  assertEquals(claims.heldAs({ instanceId: children[1]!.instance.id, claim: 2 }), children[1]);
  assertEquals(claims.heldAs({ instanceId: children[0]!.instance.id, claim: 2 }), undefined, "it has ended");
  assertEquals(claims.heldAs({ instanceId: other.instance.id }), undefined);
});
