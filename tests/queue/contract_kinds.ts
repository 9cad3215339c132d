import { assertEquals } from "@std/assert";
import { chain, fn, instanceMaker, seededRandom } from "../../lib/model/mod.ts";
import type { Claim, Kind } from "../../lib/queue/mod.ts";
import { type ContractCase, pullAll } from "./contract_case.ts";
import { decided, instances, record } from "./samples.ts";

const make = instanceMaker(seededRandom(9));
const one = chain("one", ({ call }) => void call(fn("f")));
const other = chain("other", ({ call }) => void call(fn("f")));
const NEVER = new AbortController().signal;

/** Pulls that pass over some kinds of instances. */
export const kindCases: readonly ContractCase[] = [
  {
    name:
      "a pull takes nothing of the kinds that it passes over, however much of them stands before the others",
    async run(harness) {
      const queue = await harness.connect();
      const many = Array.from({ length: 50 }, () => make({ chain: one }, harness.clock.nowMs()));
      const labels = { tenant: "small" };
      const few = [
        make({ chain: one, labels }, harness.clock.nowMs()),
        make({ chain: other }, harness.clock.nowMs()),
      ];
      await queue.push(many);
      await queue.push(few);
      const [first] = await pullAll(harness, queue, 1);
      const passOver = [{ chain: first!.instance.chain, labels: {} }];
      const passed = await harness.wait(queue.pull(10, NEVER, { passOver }));
      assertEquals(new Set(passed.map(({ instance }) => instance.id)), new Set(few.map(({ id }) => id)));
      const waiting = queue.pull(10, NEVER, {
        passOver: [...passOver, passed[0]!.instance, passed[1]!.instance],
      });
      const late = make({ chain: other, labels }, harness.clock.nowMs());
      const [, claims] = await Promise.all([queue.push([late]), harness.wait(waiting)]);
      assertEquals(claims.map(({ instance }) => instance.id), [late.id]);
      const rest = await pullAll(harness, queue, 49);
      assertEquals([first!, ...rest].map(({ instance }) => instance.id), many.map(({ id }) => id));
    },
  },
  {
    name: "a pull that passes over all that there is waits, and ends when it is told to",
    async run(harness) {
      const queue = await harness.connect();
      await queue.push([make({ chain: one }, 0), make({ chain: one }, 0)]);
      const [first] = await pullAll(harness, queue, 1);
      const stop = new AbortController();
      const waiting = queue.pull(10, stop.signal, { passOver: [first!.instance] });
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 100));
      stop.abort();
      assertEquals(await harness.wait(waiting), []);
      assertEquals((await pullAll(harness, queue, 1)).length, 1);
    },
  },
  {
    name: "a pull may pass over all of a chain, whatever labels its instances have",
    async run(harness) {
      const queue = await harness.connect();
      const now = harness.clock.nowMs();
      const tenants = Array.from(
        { length: 40 },
        (_, i) => make({ chain: one, labels: { tenant: `${i}` } }, now),
      );
      const [first, second] = [
        make({ chain: other, labels: { tenant: "1" } }, now),
        make({ chain: other }, now),
      ];
      await queue.push([...tenants, first, second]);
      const [{ instance }] = await pullAll(harness, queue, 1) as [Claim];
      const { chain } = instance;
      const plain = make({ chain: one }, now);
      await queue.push([plain]);
      const few = await harness.wait(
        queue.pull(1, NEVER, { passOver: [{ chain, labels: {} }, { chain }, instance] }),
      );
      const more = await harness.wait(queue.pull(9, NEVER, { passOver: [instance, { chain }] }));
      assertEquals(idsOf([...few, ...more]), new Set([first.id, second.id]));
      const all = new Set([...tenants.slice(1), plain].map(({ id }) => id));
      assertEquals(idsOf(await pullAll(harness, queue, 40)), all);
    },
  },
  {
    name:
      "what is given back under a name is passed over by it, and by that alone, until it is handed out again",
    async run(harness) {
      const queue = await harness.connect();
      const names = ["function f", "function g", "Ünïcode 🌲 ~!% ", ""];
      const now = harness.clock.nowMs();
      const all = Array.from({ length: 12 }, (_, i) => make({ chain: i % 2 === 0 ? one : other }, now));
      await queue.push(all);
      const claims = await pullAll(harness, queue, all.length);
      const backOf = (name: number) => claims.filter((_, i) => i % names.length === name);
      await queue.release(
        claims.map(({ instance: { id }, number }, i) => ({
          instanceId: id,
          claim: number,
          waitsFor: names[i % names.length]!,
        })),
      );
      const kinds: Kind[] = claims.slice(0, 2).map(({ instance: { chain } }) => ({ chain }));
      const passOver = [...kinds, ...names.filter((_, i) => i !== 2).map((waitsFor) => ({ waitsFor }))];
      const third = await harness.wait(queue.pull(12, NEVER, { passOver }));
      assertEquals(idsOf(third), idsOf(backOf(2)), "whatever of its chain is passed over");
      await queue.release(third.map(({ instance: { id } }) => ({ instanceId: id })));
      const again = await harness.wait(queue.pull(12, NEVER, { passOver: passOver.slice(2) }));
      assertEquals(idsOf(again), idsOf(third), "the name is forgotten");
      const rest = await pullAll(harness, queue, 9);
      assertEquals(
        rest.map(({ instance: { id } }) => id),
        all.map(({ id }) => id).filter((id) => !idsOf(third).has(id)),
      );
    },
  },
  {
    name:
      "pulls that pass something over come to every kind, though there is always more of those that come first",
    async run(harness) {
      const queue = await harness.connect();
      const now = harness.clock.nowMs();
      const of = (tenant: string, many: number) =>
        Array.from({ length: many }, () => make({ chain: other, labels: { tenant } }, now));
      await queue.push([make({ chain: one }, now), ...of("m", 1), ...of("a", 20), ...of("z", 20)]);
      const [blocked] = await pullAll(harness, queue, 1);
      const passOver = [{ chain: blocked!.instance.chain }];
      const seen = new Set<string>();
      for (let round = 0; round < 30 && seen.size < 3; round++) {
        await queue.push([...of("a", 3), ...of("z", 3)]);
        const claims = await harness.wait(queue.pull(2, NEVER, { passOver }));
        for (const { instance: { labels } } of claims) seen.add(labels.tenant!);
      }
      assertEquals(seen, new Set(["a", "m", "z"]));
    },
  },
  {
    name:
      "a pull passes over all with a value of a label, whatever else they say, and puts them under a name",
    async run(harness) {
      const queue = await harness.connect();
      const now = harness.clock.nowMs();
      const of = (tenant: string, i: number) =>
        make({ chain: i % 2 === 0 ? one : other, labels: { order: `${i}`, tenant } }, now);
      const acme = Array.from({ length: 120 }, (_, i) => of("acme", i));
      const others = [
        of("acm", 1),
        make({ chain: one }, now),
        make({ chain: other, labels: { order: "acme" } }, now),
      ];
      await queue.push([...acme, ...others]);
      const label = { name: "tenant", value: "acme" }, waitsFor = "label tenant acme";
      const passOver: Kind[] = [{ waitsFor }, { waitsFor, label }];
      const claims: Claim[] = [];
      while (claims.length < 3) claims.push(...await harness.wait(queue.pull(2, NEVER, { passOver })));
      assertEquals(idsOf(claims), new Set(others.map(({ id }) => id)));
      const waiting = queue.pull(10, NEVER, { passOver });
      const late = [of("acme", 500), of("bcme", 501)];
      const [, [bcme]] = await Promise.all([queue.push(late), harness.wait(waiting)]);
      assertEquals(bcme!.instance.id, late[1]!.id);
      assertEquals(
        (await pullAll(harness, queue, 121)).map(({ instance: { id } }) => id),
        [...acme, late[0]!].map(({ id }) => id),
        "nothing is lost",
      );
    },
  },
  {
    name: "what is only to be undone is handed out, whatever kinds are passed over",
    async run(harness) {
      const queue = await harness.connect();
      const all = instances(3, decided);
      await queue.push(all);
      const claims = await pullAll(harness, queue, 3);
      await queue.checkpoint(all.map(({ id }) => ({ instanceId: id, records: [record(0)] })));
      const [{ instance }] = claims as [Claim, Claim, Claim];
      const named = all.map(({ id }) => ({ instanceId: id, waitsFor: "function f" }));
      await queue.release([named[0]!, { instanceId: all[1]!.id }]);
      await harness.wait(queue.request({ kind: "cancel", filter: {} }));
      await queue.release([named[2]!]);
      const passOver = [{ chain: instance.chain }, { waitsFor: "function f" }];
      const marked: Claim[] = [];
      while (marked.length < 3) marked.push(...await harness.wait(queue.pull(3, NEVER, { passOver })));
      assertEquals(idsOf(marked), new Set(all.map(({ id }) => id)));
    },
  },
];

function idsOf(claims: readonly Claim[]): Set<string> {
  return new Set(claims.map(({ instance: { id } }) => id));
}
