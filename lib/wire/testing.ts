/** The helpers that the tests of messages share: random instances, and the original's side of the wire. */
import fc from "fast-check";
import {
  ACCEPTED,
  type Callback,
  type Chain,
  type ChainNode,
  type Distribution,
  FAILURE_CAUSES,
  type FunctionAuth,
  type FunctionSpec,
  type Instance,
  type Join,
  JOINS,
  type JsonObject,
  type MapRule,
  OUTCOMES,
  type ParentRef,
  stripUndefined,
  type TraceContext,
  traceContextOf,
} from "../model/mod.ts";
import { objectTexts } from "../model/testing.ts";

/** As fc.record, of plain objects only, as decoders make no others. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const name = fc.stringMatching(/^[A-Za-z0-9][\w.:/@-]{0,20}$/);
const text = fc.string({ unit: "binary", maxLength: 12 });
const ms = fc.double({ min: 0, max: 1e8, noNaN: true });
const instant = fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true });

const time: fc.Arbitrary<Distribution> = fc.tuple(ms, fc.double({ min: 1, max: 50, noNaN: true })).chain(
  ([low, factor]) =>
    fc.constantFrom<Distribution>(
      { kind: "constant", ms: low },
      { kind: "exponential", meanMs: low },
      { kind: "uniform", minMs: low, maxMs: low * factor },
      { kind: "lognormal", medianMs: low + 0.001, p99Ms: (low + 0.001) * factor },
      { kind: "quantiles", quantiles: [[0, low], [0.3, low * factor], [1, low * factor]] },
    ),
);

const retry = record({
  attempts: fc.integer({ min: 1, max: 100 }),
  firstDelayMs: ms,
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
}).chain((rule) => ms.map((more) => ({ ...rule, maxDelayMs: rule.firstDelayMs + more })));

/** The fields of retry rules that only Sequoia has. */
const retryDecisions = record({
  jitter: fc.option(fc.boolean(), { nil: undefined }),
  on: fc.option(fc.subarray([...FAILURE_CAUSES]), { nil: undefined }),
});

/** A function that the original can be told of, whatever it drops. */
const simpleFunction = record({
  name,
  url: fc.webUrl({ validSchemes: ["http", "https"] }),
  id: fc.option(fc.nat(), { nil: undefined }),
  method: fc.constant("POST" as const),
  timeoutMs: ms.map((value) => value + 1),
  retry,
  time: fc.option(time, { nil: undefined }),
  payload: fc.constant("event" as const),
  priority: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  atMostOnce: fc.constant(false),
}).map((fn): FunctionSpec => stripUndefined(fn));

const anyFunction = record({
  base: simpleFunction,
  place: fc.constantFrom("url", "local", "served", "urls", "lambda"),
  background: fc.option(fc.boolean(), { nil: undefined }),
  accepts: fc.option(fc.constantFrom(...ACCEPTED), { nil: undefined }),
  method: fc.constantFrom("GET" as const, "POST" as const, "PUT" as const, "DELETE" as const),
  id: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { nil: undefined }),
  payload: fc.constantFrom("event" as const, "args" as const),
  auth: fc.option(
    fc.constantFrom<FunctionAuth>("google", { google: { audience: "https://a.example/é" } }),
    { nil: undefined },
  ),
  atMostOnce: fc.boolean(),
  retryDecisions,
  headers: fc.option(
    fc.dictionary(fc.stringMatching(/^[a-z-]{1,9}$/), fc.stringMatching(/^[!-~]{0,9}$/), {
      noNullPrototype: true,
    }),
    {
      nil: undefined,
    },
  ),
}).map(({ base: { url, retry, ...base }, place, id, auth, retryDecisions, ...rest }): FunctionSpec =>
  stripUndefined({
    ...base,
    ...rest,
    id,
    url: place === "url" ? url : place === "lambda" ? "lambda:eu-central-1:resize:prod" : undefined,
    served: place === "served" || undefined,
    auth: place === "url" || place === "urls" ? auth : undefined,
    urls: place === "urls" ? { edge: url!, "aws.1": "lambda:us-east-1:f" } : undefined,
    retry: stripUndefined({
      ...retry,
      ...retryDecisions,
      attempts: rest.atMostOnce ? 1 : retry.attempts,
    }),
  })
);

const texts = fc.dictionary(
  text.filter((key) => key.isWellFormed()),
  text.filter((it) => it.isWellFormed()),
  {
    maxKeys: 4,
    noNullPrototype: true,
  },
);
const json = fc.dictionary(text, fc.jsonValue(), { maxKeys: 4, noNullPrototype: true })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject); // -0 is no JSON

function chains(
  fn: fc.Arbitrary<FunctionSpec>,
  args: fc.Arbitrary<JsonObject>,
  tree: boolean,
): fc.Arbitrary<Chain> {
  const functions = fc.uniqueArray(fn, { selector: (it) => it.name, minLength: 1, maxLength: 4 });
  const nodes = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
  return fc.tuple(name, functions, nodes).chain(([chainName, specs, names]) =>
    fc.tuple(...names.map((nodeName, i) =>
      record({
        name: fc.constant(nodeName),
        fn: fc.constantFrom(...specs),
        after: predecessors(i, tree),
        args,
        onFailure: tree ? fc.constant("fail" as const) : fc.constantFrom("fail", "skip", "continue"),
      })
    )).map((list) => ({ name: chainName, nodes: list }))
  );
}

function predecessors(index: number, tree: boolean): fc.Arbitrary<number[]> {
  if (index === 0) return fc.constant([]);
  const earlier = fc.nat({ max: index - 1 });
  if (tree) return earlier.map((parent) => [parent]);
  return fc.uniqueArray(earlier, { maxLength: 4 }).map((list) => list.sort((a, b) => a - b));
}

const expression = fc.constantFrom("inputs.a > 1", "$count(args.list)", "ünïcode 🌲", "1");

const decisions = record({
  when: fc.option(expression, { nil: undefined }),
  join: fc.constantFrom<(Join | undefined)[]>(undefined, ...JOINS),
  map: fc.option(
    record({
      items: expression,
      concurrency: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    })
      .map((rule): MapRule => stripUndefined(rule)),
    { nil: undefined },
  ),
}).map((said) => stripUndefined(said));

const whole = record({
  output: fc.option(fc.oneof(text.filter((it) => it.isWellFormed()), fc.constant("{% inputs %}")), {
    nil: undefined,
  }),
  timeLimitMs: fc.option(ms.map((value) => value + 1), { nil: undefined }),
  ttlMs: fc.option(ms.map((value) => value + 1), { nil: undefined }),
}).map((said) => stripUndefined(said));

/** A chain that decides: conditions, joins, maps, templates, a result, limits, undoing, calls of some other chains. */
function decided(callees: readonly string[]): fc.Arbitrary<Chain> {
  const templated = fc.oneof(json, json.map((args) => ({ ...args, item: "{% item %}" })));
  return fc.tuple(
    chains(anyFunction, templated, false),
    whole,
    fc.boolean(),
    fc.infiniteStream(decisions),
    calls(),
  )
    .map(([chain, said, undoes, each, calls]) => {
      const nodes = chain.nodes.map((node): ChainNode => ({
        ...node,
        ...each.next().value,
        ...calls.next().value,
      }));
      const { name: first, fn, args } = nodes[0]!;
      const undo: ChainNode = { name: `${first}-undo`, fn, args, after: [], onFailure: "continue" };
      return undoes
        ? { ...chain, ...said, nodes: [...nodes, undo], onFailed: nodes.length }
        : { ...chain, ...said, nodes };
    });

  function calls(): fc.Arbitrary<Iterator<{ calls?: string }>> {
    const call = fc.constantFrom<{ calls?: string }[]>({}, {}, ...callees.map((calls) => ({ calls })));
    return fc.infiniteStream(call);
  }
}

/** A chain that may call two others; the first of these may call the second. */
const decidedChain: fc.Arbitrary<Chain> = fc.tuple(
  decided(["sub-one", "sub-two"]),
  decided(["sub-two"]),
  decided([]),
  fc.boolean(),
).map(([chain, one, two, alone]) =>
  alone ? { ...chain, nodes: chain.nodes.map(({ calls: _, ...node }) => node) } : {
    ...chain,
    subchains: { "sub-one": { ...one, name: "sub-one" }, "sub-two": { ...two, name: "sub-two" } },
  }
);

const parent = record({
  instance: fc.stringMatching(/^[!-~]{1,40}$/),
  node: name,
  item: fc.option(fc.nat({ max: 9999 }), { nil: undefined }),
}).map((ref): ParentRef => stripUndefined(ref));

const digits = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0*$/.test(text));

/** The trace of a submission, if it names one. */
export const traceContext: fc.Arbitrary<TraceContext> = fc.oneof(
  fc.constant({}),
  fc.tuple(
    digits(32),
    digits(16),
    fc.constantFrom("00", "01", "03"),
    fc.constantFrom(undefined, "a=1", "b@c=2 x,d=3"),
  )
    .map(([traceId, parentId, flags, state]) => traceContextOf(`00-${traceId}-${parentId}-${flags}`, state)),
);

const callback = record({
  url: fc.webUrl({ validSchemes: ["http", "https"] }),
  on: fc.option(fc.subarray([...OUTCOMES], { minLength: 1 }), { nil: undefined }),
  secret: fc.option(fc.constantFrom("env:KEY", "file:/run/clé"), { nil: undefined }),
}).map((said): Callback => stripUndefined(said));

/** The same instance with arguments, as called by another, or as it was. */
function called(instance: fc.Arbitrary<Instance>): fc.Arbitrary<Instance> {
  const more = record({
    args: fc.option(objectTexts, { nil: undefined }),
    parent: fc.option(parent, { nil: undefined }),
    generations: fc.option(fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 4 }), {
      nil: undefined,
    }),
    retriedAtMs: fc.option(fc.array(instant, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    trace: traceContext,
    callback: fc.option(callback, { nil: undefined }),
  });
  return fc.tuple(instance, more).map(([given, { trace, ...said }]) => ({
    ...given,
    ...stripUndefined(said),
    ...trace,
  }));
}

function instances(chain: fc.Arbitrary<Chain>): fc.Arbitrary<Instance> {
  return record({
    id: fc.stringMatching(/^[!-~]{1,40}$/),
    chain,
    labels: texts.filter((labels) => !Object.hasOwn(labels, "__proto__")),
    submittedAtMs: instant,
    priority: fc.double({ noNaN: true, noDefaultInfinity: true }),
    weight: fc.double({ min: Number.MIN_VALUE, max: 1e300, noNaN: true }),
    deadlineMs: fc.oneof(fc.constant(Infinity), instant),
    dueAtMs: fc.option(instant, { nil: undefined }),
  }).map((instance): Instance => stripUndefined(instance));
}

/** Any instance that can be run: trees, joins, several roots, all options and decisions, sub-chains. */
export const anyInstance: fc.Arbitrary<Instance> = fc.oneof(
  called(instances(chains(anyFunction, json, false))),
  called(instances(chains(anyFunction, texts, true))),
  called(instances(decidedChain)),
);

/** Instances that can be written for the original. */
export const originalInstance: fc.Arbitrary<Instance> = instances(chains(simpleFunction, texts, true));
