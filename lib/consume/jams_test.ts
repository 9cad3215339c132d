import { assert, assertEquals } from "@std/assert";
import { chain, fn, type Instance, instanceMaker, seededRandom } from "../model/mod.ts";
import type { Obstacle } from "../scheduler/mod.ts";
import { HeldInstance } from "./held_instance.ts";
import { Jams, type Stuck } from "./jams.ts";
import { WindowShares } from "./window_shares.ts";

const make = instanceMaker(seededRandom(5));
const chainOf = (name: string) => chain(name, ({ call }) => void call(fn("f")));
const one = chainOf("one"), other = chainOf("other");
const shares = new WindowShares();

function stuck(name: string, of: Partial<Instance> = {}, reach: Obstacle["reach"] = "chain"): Stuck {
  const instance = make({ chain: one, ...of }, 0);
  const held = new HeldInstance(instance, [], 1);
  return { held, place: shares.add(instance), obstacle: { name, reach }, bytes: 100 };
}

const many = (count: number, name: string, of?: Partial<Instance>) =>
  Array.from({ length: count }, () => stuck(name, of));
const countsOf = (all: readonly Stuck[]) =>
  Object.fromEntries(
    [...Map.groupBy(all, ({ obstacle }) => obstacle.name)].map(([name, { length }]) => [name, length]),
  );
const bounds = (instances: number, bytes = Infinity) => ({ instances, bytes });

Deno.test("Jams.look() gives nothing back while there is room", () => {
  const jams = new Jams();
  assertEquals(jams.look(many(10, "a"), bounds(10), 0), []);
  assertEquals([jams.kinds(), jams.isEmpty, jams.version], [[], true, 0]);
});

Deno.test("Jams.look() keeps as many of each obstacle, and of each kind behind it, the first ones", () => {
  const jams = new Jams();
  const few = many(2, "few"), tenants = ["x", "y"].map((tenant) => many(1, "many", { labels: { tenant } }));
  const all = [...many(50, "many"), ...few, ...many(20, "more"), ...tenants.flat()];
  const back = jams.look(all, bounds(12), 0);
  assertEquals(countsOf(back), { many: 47, more: 15 });
  for (const each of [...few, ...tenants.flat(), all[0]!]) assert(!back.includes(each));
  assertEquals(jams.kinds(), [
    { waitsFor: "more" },
    { chain: one },
    { waitsFor: "many" },
    { chain: one },
  ]);
});

Deno.test("Jams.look() keeps no more than there is memory for", () => {
  assertEquals(new Jams().look(many(10, "a"), bounds(10, 450), 0).length, 6);
});

Deno.test("Jams lets others come when half of those that were kept have gone on", () => {
  const jams = new Jams();
  const all = many(10, "a");
  jams.look(all, bounds(6), 0);
  const { version } = jams;
  for (const { place } of all.slice(0, 2)) place.starts();
  assertEquals([jams.version, jams.isEmpty], [version, false]);
  all[2]!.place.leaves();
  assert(jams.isEmpty && jams.version > version);
});

Deno.test("Jams looks again after a second at what it keeps nothing of, and at once when something has changed", () => {
  const jams = new Jams();
  jams.look(many(3, "a"), bounds(0), 1000);
  jams.look([], bounds(0), 1500);
  jams.advance(1999);
  assertEquals(jams.kinds(), [{ waitsFor: "a" }, { chain: one }]);
  jams.advance(2000);
  assertEquals(jams.kinds(), []);
  jams.look(many(3, "a"), bounds(0), 3000);
  jams.clear();
  assertEquals(jams.kinds(), []);
});

Deno.test("Jams lets a chain come again after a second of which not all may meet the obstacle", () => {
  const jams = new Jams();
  const begun = [stuck("a", { chain: other }, "instance"), stuck("a", { chain: other }, "instance")];
  jams.look(begun, bounds(1), 0);
  assertEquals(jams.kinds(), [{ waitsFor: "a" }, { chain: other }]);
  const { version } = jams;
  jams.advance(1000);
  assertEquals(jams.kinds(), [{ waitsFor: "a" }]);
  assert(jams.version > version);
});

Deno.test("Jams passes over those with the same labels where labels count", () => {
  const jams = new Jams();
  const labels = { tenant: "x" };
  jams.look([stuck("a", { labels }, "labels"), stuck("a", { labels }, "labels")], bounds(1), 0);
  assertEquals(jams.kinds(), [{ waitsFor: "a" }, { chain: one, labels }]);
});

Deno.test("Jams forgets an obstacle behind which nothing stands any more", () => {
  const jams = new Jams();
  const all = many(4, "a");
  jams.look(all, bounds(3), 0);
  for (const each of all.slice(0, 3)) Object.assign(each, { obstacle: { name: "b", reach: "chain" } });
  jams.look(all.slice(0, 3), bounds(3), 100);
  assertEquals(jams.kinds(), []);
});
