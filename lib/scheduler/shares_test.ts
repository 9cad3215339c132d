import { assertEquals } from "@std/assert";
import { ShareLimit, Shares } from "./shares.ts";
import { Group } from "./tree.ts";

Deno.test("Shares.weight holds nothing of groups that have no work any more", () => {
  const shares = new Shares(10);
  const [small, large] = ["small", "large"].map((name) => new Group(name, false, 1)) as [Group, Group];
  Object.assign(small, { weight: 0.1, queued: 1 });
  Object.assign(large, { weight: 1e17, queued: 1 });
  shares.update(small);
  shares.update(large);
  large.queued = 0;
  shares.update(large);
  assertEquals(shares.weight, 0.1);
  small.running = 9;
  assertEquals(new ShareLimit(small, shares).full, false, "alone, it has all of the limit");
});
