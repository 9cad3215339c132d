/** The scenes of a property about chains under faults: chains, the outcomes of their calls, and the fates of their consumers. */
import fc from "fast-check";
import {
  type Chain,
  chain,
  type ChainBuilder,
  fn,
  type FunctionSpec,
  seededRandom,
} from "../../../lib/model/mod.ts";
import { BROKEN, ok, SHAKY, THROTTLED } from "../../scheduler/builders.ts";
import type { Script } from "../scripted_platform.ts";

/** Longer than any call takes, in milliseconds. */
export const ENOUGH_MS = 100;

const node = fc.record({
  after: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }), // how far back
  onFailure: fc.constantFrom("fail", "skip", "continue"),
  join: fc.constantFrom("all", "all", "any", "settled"),
  once: fc.boolean(),
  what: fc.constantFrom("function", "function", "chain", "map", "map of chains"),
  /** Whether it asks what was answered before it: in a condition, and in its arguments. */
  asks: fc.boolean(),
});

/** The faults of consumers, and the requests to them. */
const BLOWS = ["drain", "stop", "kill", "expire", "revoke", "cancel"] as const;

const blow = fc.record({
  afterMs: fc.integer({ min: 0, max: 60 }),
  who: fc.nat({ max: 1 }),
  how: fc.constantFrom(...BLOWS),
  /** To revoke: how long it may take. To cancel: calls in flight end too if it is 0. */
  withinMs: fc.constantFrom(0, 10, ENOUGH_MS),
});

export const scene = fc.record({
  chains: fc.array(
    fc.record({
      nodes: fc.array(node, { minLength: 1, maxLength: 6 }),
      /** Whether what was done is undone when it fails. */
      undoes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  count: fc.integer({ min: 1, max: 20 }),
  failing: fc.constantFrom(0, 0.1, 0.4),
  limit: fc.integer({ min: 1, max: 8 }),
  window: fc.integer({ min: 1, max: 20 }),
  /** The time that instances are on their way to a consumer, in milliseconds. */
  pullMs: fc.constantFrom(0, 0, 20),
  /** The time until a write is acknowledged to a consumer, in milliseconds. */
  writeMs: fc.constantFrom(0, 0, 10),
  /** The memory of a consumer for the instances that it holds, in KiB: 16 are enough for a few. */
  memoryKib: fc.constantFrom(2 ** 20, 2 ** 20, 16, 32),
  blows: fc.array(blow, { maxLength: 12 }),
  /** Whether what has not been completed is tried again in the end. */
  retry: fc.boolean(),
  seed: fc.string({ maxLength: 5 }),
});

export type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;
export type Blow = Scene["blows"][number];
type Node = Scene["chains"][number]["nodes"][number];

export function workloadOf({ chains }: Scene) {
  return { chains: chains.map((scene, c) => ({ chain: chainOf(`c${c}`, scene) })) };
}

function chainOf(name: string, { nodes, undoes }: Scene["chains"][number]): Chain {
  return chain(name, ({ call, onFailed }) => {
    nodes.forEach((node, i) => addNode(call, `${name}_${i}`, node, i));
    if (undoes) onFailed(fn(`${name}_undo`, QUICK), { name: "undo" });
  });
}

/** The first retry comes soon enough to be hit by a blow. */
const QUICK = { retry: { firstDelay: "20ms" } } as const;

function addNode(call: ChainBuilder["call"], name: string, node: Node, i: number): void {
  const { once, what, asks, onFailure, join } = node;
  const before = [...new Set(node.after)].map((back) => i - 1 - back).filter((b) => b >= 0).map((b) =>
    `n${b}`
  );
  const inner = fn(name, once ? { atMostOnce: true } : QUICK);
  const all = `[${before.map((b) => `inputs.${b}`).join(", ")}]`;
  call(what.endsWith("function") || what === "map" ? inner : twice(name, inner, asks), {
    name: `n${i}`,
    after: before,
    onFailure,
    join,
    ...asks && before.length > 0 && {
      when: `$sum(${all}.**.number) % 5 != 1`,
      args: { sum: `{% $sum(${all}.**.number) %}` },
    },
    ...what.startsWith("map") && { map: before.length === 0 ? "[1, 2]" : `[${all}.**.list]` },
  });
}

/** A chain that calls a function, and again after that. */
function twice(name: string, inner: FunctionSpec, undoes: boolean): Chain {
  return chain(name, ({ call, onFailed }) => {
    call(inner, { name: "second", after: call(inner, { name: "first" }) });
    if (undoes) onFailed(fn(`${name}_undo`, QUICK), { name: "undo" });
  });
}

/** Some calls fail or are refused, all take their time; no two answers are the same. */
export function scriptOf({ seed, failing }: Scene): Script {
  const random = seededRandom(seed);
  let number = 0;
  return () => {
    const runMs = Math.floor(random.next() * 40);
    const list = Array.from({ length: ++number % 4 }, (_, i) => `${number}.${i}`);
    if (random.next() >= failing) return { runMs, outcome: ok({ number, list }) };
    return { runMs, outcome: [BROKEN, SHAKY, SHAKY, THROTTLED, THROTTLED][Math.floor(random.next() * 5)]! };
  };
}
