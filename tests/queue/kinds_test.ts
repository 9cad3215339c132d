import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chain, fn, instanceMaker, seededRandom } from "../../lib/model/mod.ts";
import type { ChainKind, Claim, Kind } from "../../lib/queue/mod.ts";
import type { QueueHarness } from "./contract_case.ts";
import { SCENE_SUBJECTS } from "./harness.ts";

const make = instanceMaker(seededRandom(11));
const CHAINS = [0, 1, 2].map((i) => chain(`c${i}`, ({ call }) => void call(fn("f"))));
const TENANTS = ["", "a", "b", "ÿ", "\u{1f332}", "\uffee"];
const NAMES = ["f", "f g", "g!", "~"];

const step = fc.oneof(
  fc.record({
    kind: fc.constant("push" as const),
    chain: fc.nat(2),
    tenant: fc.constantFrom(...TENANTS),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    kind: fc.constant("pull" as const),
    max: fc.integer({ min: 1, max: 8 }),
    chains: fc.subarray([0, 1, 2]),
    labels: fc.array(fc.record({ chain: fc.nat(2), tenant: fc.constantFrom(...TENANTS) }), { maxLength: 4 }),
    names: fc.subarray(NAMES),
  }),
  fc.record({
    kind: fc.constant("release" as const),
    which: fc.nat(),
    count: fc.integer({ min: 1, max: 4 }),
    name: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
  }),
);

/** A simple model of what a queue holds. */
interface Item {
  readonly id: string;
  readonly chain: number;
  readonly tenant: string;
  waitsFor: string | undefined;
  claim: Claim | undefined;
}

const labelsOf = (tenant: string) => tenant === "" ? {} : { tenant };

async function check(
  harness: QueueHarness,
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
) {
  const queue = await harness.connect();
  const items: Item[] = [];
  const chains: ChainKind["chain"][] = [];
  for (const each of steps) {
    if (each.kind === "push") {
      const given = { chain: CHAINS[each.chain]!, labels: labelsOf(each.tenant) };
      const added = Array.from({ length: each.count }, () => make(given, 0));
      await queue.push(added);
      for (const { id } of added) {
        items.push({ id, chain: each.chain, tenant: each.tenant, waitsFor: undefined, claim: undefined });
      }
    } else if (each.kind === "release") {
      const held = items.filter(({ claim }) => claim !== undefined);
      const back = held.slice(each.which % (held.length + 1)).slice(0, each.count);
      const { name: waitsFor } = each;
      await queue.release(
        back.map(({ id }) => ({ instanceId: id, ...waitsFor !== undefined && { waitsFor } })),
      );
      for (const item of back) Object.assign(item, { claim: undefined, waitsFor });
    } else {
      const labels = each.labels.filter(({ chain }) => chains[chain] !== undefined);
      const whole = each.chains.filter((chain) => chains[chain] !== undefined);
      const passOver: Kind[] = [
        ...labels.map(({ chain, tenant }) => ({ chain: chains[chain]!, labels: labelsOf(tenant) })),
        ...whole.map((chain) => ({ chain: chains[chain]! })),
        ...each.names.map((waitsFor) => ({ waitsFor })),
      ];
      const isPassed = ({ chain, tenant, waitsFor }: Item) =>
        waitsFor !== undefined
          ? each.names.includes(waitsFor)
          : whole.includes(chain) || labels.some((of) => of.chain === chain && of.tenant === tenant);
      const free = items.filter((item) => item.claim === undefined && !isPassed(item));
      const signal = free.length === 0 ? AbortSignal.abort() : new AbortController().signal;
      const claims = await harness.wait(queue.pull(each.max, signal, { passOver }));
      assertEquals(claims.length, Math.min(each.max, free.length));
      for (const claim of claims) {
        const item = free.find(({ id, claim: held }) => id === claim.instance.id && held === undefined);
        assert(item !== undefined, "nothing is handed out that is passed over, or twice");
        Object.assign(item, { claim, waitsFor: undefined });
        chains[item.chain] = claim.instance.chain;
      }
      if (passOver.length > 0) continue;
      assertEquals(claims.map(({ instance: { id } }) => id), free.slice(0, each.max).map(({ id }) => id));
    }
  }
  await harness.wait(queue[Symbol.asyncDispose]());
}

for (const { name, open, share } of SCENE_SUBJECTS) {
  Deno.test(`${name} queue: hands out all that is not passed over, and nothing else`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await using harness = await open();
        await check(harness, steps);
      }),
      { numRuns: 300 * share },
    );
  });
}
