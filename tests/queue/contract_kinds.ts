import { assertEquals } from "@std/assert";
import { chain, fn, instanceMaker, seededRandom } from "../../lib/model/mod.ts";
import { type ContractCase, pullAll } from "./contract.ts";

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
];
