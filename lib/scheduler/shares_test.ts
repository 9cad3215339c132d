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

Deno.test("Shares.takeGrown() tells once that a share may have grown", () => {
  const shares = new Shares(10);
  const [one, other] = ["one", "other"].map((name) => new Group(name, false, 1)) as [Group, Group];
  for (const group of [one, other]) {
    group.queued = 1;
    shares.update(group);
  }
  assertEquals(shares.takeGrown(), false);
  other.queued = 0;
  shares.update(other);
  assertEquals([shares.takeGrown(), shares.takeGrown()], [true, false], "the other has no work any more");
  shares.max = 20;
  assertEquals(shares.takeGrown(), true);
});

Deno.test("Shares.weight is right however many groups have changed, several times each, since it was asked for", () => {
  const shares = new Shares(10);
  const groups = Array.from({ length: 2500 }, (_, i) => new Group(`${i}`, false, 1));
  for (const queued of [1, 0, 1]) {
    for (const group of groups) {
      group.queued = queued;
      group.weight = 1 + queued;
      shares.update(group);
    }
  }
  for (const group of groups.slice(0, 500)) {
    group.queued = 0;
    shares.update(group);
  }
  assertEquals(shares.weight, 2000 * 2);
});
