import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Chain,
  chain,
  fn,
  type FunctionOptions,
  type Instance,
  type JsonObject,
  lognormal,
  NO_ARGS,
  type NodeRef,
  type OnFailure,
  writeJson,
} from "../model/mod.ts";
import firstVersion from "./first_version.json" with { type: "json" };
import { decodeInstance, encodeInstance } from "./mod.ts";
import { checkOriginal } from "./original/mod.ts";
import { ChainState } from "./messages.ts";
import { type OriginalNode, readOriginal } from "./original/testing.ts";
import { anyInstance, originalInstance } from "./testing.ts";
import { assertFails } from "../model/testing.ts";

const UNKNOWN = { fallbackId: "none", receivedAtMs: 0 };
const remote = fn("f", { url: "http://127.0.0.1:8080/f" });

function instanceOf(chain: Chain, more: Partial<Instance> = {}): Instance {
  return {
    id: "01J",
    chain,
    labels: {},
    submittedAtMs: 1_700_000_000_000.25,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
    ...more,
  };
}

function line(length: number, args: JsonObject = {}): Chain {
  return chain("line", ({ call }) => {
    for (let i = 0, last: NodeRef | undefined; i < length; i++) {
      last = call(remote, last ? { after: last, args } : { args });
    }
  });
}

Deno.test("encodeInstance() loses nothing of any instance", () => {
  fc.assert(
    fc.property(anyInstance, (instance) => {
      assertEquals(decodeInstance(encodeInstance(instance), UNKNOWN), instance);
    }),
    { numRuns: 500 },
  );
});

Deno.test("encodeInstance() writes trees that the original's decoder reads as the same tree", () => {
  fc.assert(
    fc.property(originalInstance, (instance) => {
      for (const format of ["sequoia", "original"] as const) {
        const state = readOriginal(encodeInstance(instance, { format, ids: { chainId: 7, instanceId: 8 } }));
        assertStrictEquals(state.chainID, 7);
        assertStrictEquals(state.instanceID, 8);
        assertEquals(
          state.flags,
          format === "original" ? { hybrid: "", ...instance.labels } : instance.labels,
        );
        assertSameTree(state.currentNode!, instance.chain);
      }
    }),
    { numRuns: 200 },
  );
});

function assertSameTree(root: OriginalNode, { nodes }: Chain): void {
  const found: OriginalNode[] = [];
  const visit = (node: OriginalNode, parent: number | undefined) => {
    const index = node.nodeID - 1;
    assertEquals(nodes[index]!.after, parent === undefined ? [] : [parent]);
    assertStrictEquals(node.function.url, nodes[index]!.fn.url);
    assertEquals(node.args, nodes[index]!.args);
    found[index] = node;
    for (const child of node.children) visit(child, index);
  };
  visit(root, undefined);
  assertStrictEquals(found.length, nodes.length);
  const last = found.filter((node) => node.children.length === 0).map((node) => node.nodeID);
  const ids = new Set(found.map((node) => node.function.id));
  for (const node of found) {
    assertEquals(node.lastNodeIDs, last);
    assertEquals(new Set(node.chainFunctionIDs), ids);
  }
  for (const [i, { fn }] of nodes.entries()) {
    if (fn.id !== undefined) assertStrictEquals(found[i]!.function.id, fn.id);
  }
}

Deno.test("encodeInstance() writes plain chains as the first version did, byte for byte", () => {
  const full = fn("f", {
    url: "http://127.0.0.1:8080/f",
    attempts: 5,
    time: lognormal("1s", "2s"),
    headers: { a: "b" },
  });
  const tree = chain("tree", ({ call }) => {
    call(fn("g"), { after: call(full, { args: { x: "y" } }), args: { n: 1 }, onFailure: "skip" });
  });
  const join = chain("join", ({ call }) => {
    call(full, { after: [call(full), call(full)] });
  });
  for (const [each, bytes] of [[tree, firstVersion.tree], [join, firstVersion.join]] as const) {
    const instance = instanceOf(each, {
      labels: { tenant: "acme" },
      priority: 2,
      weight: 3,
      deadlineMs: 1_700_000_001_000,
    });
    assertEquals(encodeInstance(instance).toHex(), bytes.join(""));
  }
});

Deno.test("encodeInstance() writes what decides where neither the original nor the first version runs it", () => {
  const decided: Chain[] = [
    chain("c", ({ call }) => call(remote, { when: "true" })),
    chain("c", ({ call }) => call(remote, { map: "[1]" })),
    chain("c", ({ call }) => call(remote, { join: "settled" })),
    chain("c", ({ call }) => call(remote, { args: { deep: ["{% 1 %}"] } })),
    chain("c", ({ call }) => call(line(1))),
    chain("c", ({ call }) => call(remote), { output: "{% 1 %}" }),
    chain("c", ({ call }) => call(remote), { timeLimit: "1s" }),
    chain("c", ({ call }) => call(remote), { ttl: "1s" }),
    chain("c", ({ call, onFailed }) => [call(remote), onFailed(remote)]),
  ];
  const called = instanceOf(line(1), { parent: { instance: "01H", node: "n" } });
  for (
    const instance of [
      ...decided.map((each) => instanceOf(each)),
      called,
      instanceOf(decided[0]!, { args: NO_ARGS }),
    ]
  ) {
    const bytes = encodeInstance(instance);
    assertStrictEquals(readOriginal(bytes).currentNode, undefined);
    assertStrictEquals(ChainState.decode(bytes).version, 1);
    assertEquals(decodeInstance(bytes, UNKNOWN), instance);
  }
  const picky = chain("c", ({ call }) => call(fn("f", { url: "http://h/", retry: { on: [] } })));
  assertStrictEquals(ChainState.decode(encodeInstance(instanceOf(picky))).version, 1);
  const plain = instanceOf(line(1), { args: writeJson({ a: 1 }) });
  assertStrictEquals(ChainState.decode(encodeInstance(plain)).version, 0);
});

Deno.test("encodeInstance() writes what has been begun again so that older readers refuse it", () => {
  const single = chain("single", ({ call }) => call(fn("f")));
  const again = instanceOf(single, { generations: [2] });
  const bytes = encodeInstance(again);
  assertStrictEquals(ChainState.decode(bytes).version, 4);
  assertEquals(decodeInstance(bytes, UNKNOWN), again);
});

Deno.test("encodeInstance() writes what is called elsewhere so that older readers refuse it", () => {
  for (
    const options of [
      { url: "lambda:eu-central-1:resize:prod" },
      { urls: { edge: "http://127.0.0.1:7077/f", aws: "lambda:us-east-1:f" } },
      { url: "http://127.0.0.1:7077/f", background: true },
    ]
  ) {
    const single = chain("single", ({ call }) => call(fn("f", options)));
    const calling = chain("calling", ({ call }) => call(single));
    for (const instance of [instanceOf(single), instanceOf(calling)]) {
      const bytes = encodeInstance(instance);
      assertStrictEquals(readOriginal(bytes).currentNode, undefined);
      assertStrictEquals(ChainState.decode(bytes).version, 2);
      assertEquals(decodeInstance(bytes, UNKNOWN), instance);
    }
  }
});

Deno.test("encodeInstance() writes who is to be proven so that older readers refuse it", () => {
  for (const auth of ["google", { google: { audience: "https://shop.example" } }] as const) {
    const single = chain("single", ({ call }) => call(fn("f", { url: "https://f.run.app/", auth })));
    const calling = chain("calling", ({ call }) => call(single));
    for (const instance of [instanceOf(single), instanceOf(calling)]) {
      const bytes = encodeInstance(instance);
      assertStrictEquals(readOriginal(bytes).currentNode, undefined);
      assertStrictEquals(ChainState.decode(bytes).version, 5);
      assertEquals(decodeInstance(bytes, UNKNOWN), instance);
    }
  }
});

Deno.test("encodeInstance() refuses chains that have more nodes together than a reader takes", () => {
  const wide = (name: string) =>
    chain(name, ({ call }) => {
      for (let i = 0; i < 33_000; i++) call(remote);
    });
  const outer = chain("outer", ({ call }) => [call(wide("one")), call(wide("two"))]);
  assertFails(() => encodeInstance(instanceOf(outer)), { code: "too-large", message: /have 66002 nodes/ });
});

Deno.test("encodeInstance() writes joins and several roots where the original does not see them", () => {
  const join = chain("join", ({ call }) => {
    call(remote, { after: [call(remote), call(remote)] });
  });
  assertStrictEquals(readOriginal(encodeInstance(instanceOf(join))).currentNode, undefined);
});

Deno.test("encodeInstance() writes lines of any length, to 90 nodes as a tree", () => {
  for (const [length, tree] of [[90, true], [91, false], [10_000, false]] as const) {
    const instance = instanceOf(line(length));
    const bytes = encodeInstance(instance);
    assertStrictEquals(readOriginal(bytes).currentNode !== undefined, tree);
    assertEquals(decodeInstance(bytes, UNKNOWN), instance);
  }
});

Deno.test("encodeInstance() writes a star of 65,535 nodes in a few megabytes", () => {
  const star = chain("star", ({ call }) => {
    const first = call(remote);
    for (let i = 1; i < 65_535; i++) call(remote, { after: first });
  });
  const bytes = encodeInstance(instanceOf(star));
  assert(bytes.length < 4e6, `${bytes.length} bytes`);
  assertEquals(decodeInstance(bytes, UNKNOWN), instanceOf(star));
});

Deno.test("encodeInstance() keeps names that objects treat specially", () => {
  const args = JSON.parse(`{"__proto__": {"admin": true}, "constructor": "x", "toString": [1]}`);
  const instance = instanceOf(line(1, args), { labels: { constructor: "a", hasOwnProperty: "b" } });
  const decoded = decodeInstance(encodeInstance(instance), UNKNOWN);
  assertEquals(decoded, instance);
  assert(Object.hasOwn(decoded.chain.nodes[0]!.args, "__proto__"));
  assertStrictEquals(({} as { admin?: boolean }).admin, undefined);
});

Deno.test("encodeInstance() gives functions without an id the smallest free numbers", () => {
  const mixed = chain("mixed", ({ call }) => {
    const a = call(fn("a", { url: "http://h/a", id: 2 }));
    const b = call(fn("b", { url: "http://h/b" }), { after: a });
    call(fn("c", { url: "http://h/c" }), { after: b });
  });
  const { currentNode } = readOriginal(encodeInstance(instanceOf(mixed), { format: "original" }));
  assertEquals(currentNode!.chainFunctionIDs, [2, 1, 3]);
});

Deno.test("encodeInstance() numbers a chain by its name, and the same way each time", () => {
  const numbered = { ...line(1), name: "chain7" };
  assertStrictEquals(readOriginal(encodeInstance(instanceOf(numbered))).chainID, 7);
  const [first, second] = [1, 2].map(() => readOriginal(encodeInstance(instanceOf(line(2)))));
  assertEquals(first, second);
  assert(first!.chainID > 0 && first!.instanceID > 0);
});

Deno.test("encodeInstance() writes the time as the original does, in local time without a zone", () => {
  const submittedAtMs = new Date(2026, 10, 23, 8, 43, 4, 165).getTime() + 0.75;
  const bytes = encodeInstance(instanceOf(line(1), { submittedAtMs }), { format: "original" });
  assertStrictEquals(readOriginal(bytes).invokeTime, "2026-11-23T08:43:04.165750");
  const decoded = decodeInstance(bytes, { fallbackId: "x", receivedAtMs: submittedAtMs + 5 });
  assert(Math.abs(decoded.submittedAtMs - submittedAtMs) < 0.01);
});

Deno.test("encodeInstance() refuses messages larger than allowed", () => {
  assertFails(() => encodeInstance(instanceOf(line(3)), { maxBytes: 50 }), {
    name: "WireError",
    code: "too-large",
    message: /^Cannot write an instance of chain "line": its message of \d+ bytes is larger than 50\. /,
  });
});

Deno.test("encodeInstance() refuses an instance that cannot be run", () => {
  assertFails(() => encodeInstance(instanceOf(line(1), { deadlineMs: NaN })), { code: "bad-chain" });
  assertFails(() => encodeInstance(instanceOf({ name: "empty", nodes: [] })), { code: "bad-chain" });
});

Deno.test("encodeInstance() names what the original's messages cannot say", () => {
  const of = (options: FunctionOptions, args: JsonObject = {}, onFailure: OnFailure = "fail") =>
    chain("c", ({ call }) => call(fn("f", options), { name: "n", args, onFailure }));
  const one = (options: FunctionOptions, args?: JsonObject, onFailure?: OnFailure) =>
    of({ url: "http://h/", ...options }, args, onFailure);
  const cases: [Chain, RegExp][] = [
    [
      chain("c", ({ call }) => call(remote, { after: [call(remote), call(remote)] })),
      /node "f_3" comes after 2 nodes/,
    ],
    [chain("c", ({ call }) => [call(remote), call(remote)]), /it starts with 2 nodes \("f", "f_2"\)/],
    [line(91), /91 nodes stand behind each other/],
    [of({}), /node "n": function "f": it has no local platform\. Give the function a url/],
    [one({ method: "GET" }), /with POST only, not with GET/],
    [one({ payload: "args" }), /the bare args/],
    [one({ atMostOnce: true }), /cannot say atMostOnce/],
    [one({ headers: { a: "b" } }), /sends no headers/],
    [one({ id: -1 }), /negative id -1/],
    [one({ url: "lambda:us-east-1:f" }), /it has no Lambda functions/],
    [of({ urls: { a: "http://h/" } }), /it has no urls/],
    [one({ background: true }), /it has no background/],
    [one({}, { size: 3 }), /node "n": the argument "size" is no text/],
    [one({}, {}, "skip"), /no onFailure: "skip"/],
    [one({ retry: { on: ["timeout"] } }), /no retry\.on/],
    [one({ retry: { jitter: false } }), /no retry\.jitter/],
    [one({}, { size: "{% 1 %}" }), /node "n": it has no templates in args/],
    [chain("c", ({ call }) => call(remote, { when: "true" })), /node "f": it has no when/],
    [chain("c", ({ call }) => call(remote, { map: "[1]" })), /node "f": it has no map/],
    [chain("c", ({ call }) => call(remote, { join: "any" })), /node "f": it has no join: "any"/],
    [chain("c", ({ call }) => call(line(1))), /node "line": it has no calls of other chains/],
    [chain("c", ({ call }) => call(remote), { output: "{% 1 %}" }), /it has no output\. Leave output out/],
    [chain("c", ({ call }) => call(remote), { timeLimit: "1s" }), /it has no timeLimit/],
    [chain("c", ({ call }) => call(remote), { ttl: "1s" }), /it has no ttl/],
    [chain("c", ({ call, onFailed }) => [call(remote), onFailed(remote)]), /it has no onFailed/],
  ];
  for (const [bad, reason] of cases) {
    const write = () => encodeInstance(instanceOf(bad), { format: "original" });
    assertFails(write, { name: "WireError", code: "not-original", message: reason });
    assertFails(write, {
      message: new RegExp(
        `^Cannot write chain "${bad.name}" in the original's messages: .*, or use Sequoia's own messages$`,
      ),
    });
  }
});

Deno.test("encodeInstance() names what else of an instance the original's messages cannot say", () => {
  const write = (more: Partial<Instance>) => () =>
    encodeInstance(instanceOf(line(1), more), { format: "original" });
  assertFails(write({ args: NO_ARGS }), { code: "not-original", message: /its instances have no args/ });
  assertFails(write({ parent: { instance: "a", node: "n" } }), {
    code: "not-original",
    message: /have no parent/,
  });
});

Deno.test("encodeInstance() refuses what would grow with the square of a large chain", () => {
  const star = chain("star", ({ call }) => {
    const first = call(remote);
    for (let i = 1; i < 2000; i++) call(remote, { after: first });
  });
  assertFails(() => encodeInstance(instanceOf(star), { format: "original" }), { code: "not-original" });
});

Deno.test("encodeInstance() takes the URLs of local functions from urlOf()", () => {
  const local = chain("c", ({ call }) => call(fn("f")));
  const urlOf = () => "http://127.0.0.1:7077/f";
  const bytes = encodeInstance(instanceOf(local), { format: "original", urlOf });
  assertStrictEquals(readOriginal(bytes).currentNode!.function.url, urlOf());
});

Deno.test("checkOriginal() says what would be dropped", () => {
  assertEquals(checkOriginal(line(2)), ["names"]);
  const hinted = fn("f", {
    url: "http://h/",
    time: lognormal("1s", "2s"),
    attempts: 5,
    timeout: "1s",
    priority: 2,
  });
  assertEquals(
    checkOriginal(chain("c", ({ call }) => call(hinted))),
    ["names", "timeouts", "retry rules", "expected run times", "function priorities"],
  );
});

Deno.test("encodeInstance() has older readers refuse chains with served functions, also in what they call", () => {
  const served = fn("f", { run: () => 1 });
  const outer = chain("outer", ({ call }) => call(chain("inner", ({ call }) => call(served))));
  for (const one of [chain("c", ({ call }) => call(served)), outer]) {
    const bytes = encodeInstance(instanceOf(one));
    assertStrictEquals(ChainState.decode(bytes).version, 3);
    const { chain: { nodes, subchains } } = decodeInstance(bytes, UNKNOWN);
    assertStrictEquals((subchains?.inner?.nodes ?? nodes)[0]!.fn.served, true);
  }
});
