import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Instance, WorkloadError } from "../model/mod.ts";
import { VERSION } from "./limits.ts";
import { decodeInstance, encodeInstance, isOriginalMessage, WireError } from "./mod.ts";
import { ChainState } from "./messages.ts";
import { type OriginalNode, readOriginal } from "./original/testing.ts";
import recorded from "./original/samples.json" with { type: "json" };
import { anyInstance } from "./testing.ts";
import { assertFails } from "../model/testing.ts";

const OPTIONS = { fallbackId: "pending_queue-0-4020", receivedAtMs: Date.UTC(2030, 0) };

interface RecordedNode {
  function: { url: string; id: number };
  nodeID: number;
  children?: RecordedNode[];
  lastNodeIDs: number[];
  chainFunctionIDs: number[];
  args?: Record<string, string>;
}
interface Sample {
  hex: string;
  message: {
    currentNode: RecordedNode;
    instanceID?: number;
    chainID: number;
    flags?: Record<string, string>;
    invokeTime?: string;
  };
}
const samples = recorded.samples as unknown as Sample[];

function withScheme(url: string): string {
  return url.includes("://") ? url : `http://${url}`;
}

Deno.test("decodeInstance() reads the original's recorded messages as recorded", () => {
  for (const { hex, message } of samples) {
    const instance = decodeInstance(Uint8Array.fromHex(hex), OPTIONS);
    assertStrictEquals(instance.id, OPTIONS.fallbackId);
    assertStrictEquals(instance.chain.name, `chain${message.chainID}`);
    assertEquals(instance.labels, {});
    const expectedMs = message.invokeTime ? new Date(message.invokeTime).getTime() : OPTIONS.receivedAtMs;
    assert(Math.abs(instance.submittedAtMs - expectedMs) < 1, message.invokeTime);
    assertNodes(instance, message.currentNode);
  }
});

function assertNodes({ chain: { nodes } }: Instance, root: RecordedNode): void {
  let count = 0;
  const visit = (recorded: RecordedNode, parent: number | undefined) => {
    count++;
    const at = nodes.findIndex((node) => node.name === `node${recorded.nodeID}`);
    const node = nodes[at]!;
    assertEquals(node.after, parent === undefined ? [] : [parent]);
    assertEquals(node.args, recorded.args ?? {});
    assertStrictEquals(node.fn.name, recorded.function.url.replace("https://", ""));
    assertStrictEquals(node.fn.url, withScheme(recorded.function.url));
    assertStrictEquals(node.fn.id, recorded.function.id);
    for (const child of recorded.children ?? []) visit(child, at);
  };
  visit(root, undefined);
  assertStrictEquals(nodes.length, count);
}

Deno.test("decodeInstance() gives what encodeInstance() writes for the original again, but for lists that were wrong", () => {
  for (const { hex, message } of samples) {
    const instance = decodeInstance(Uint8Array.fromHex(hex), OPTIONS);
    const ids = { instanceId: message.instanceID ?? 0 };
    const again = readOriginal(encodeInstance(instance, { format: "original", ids }));
    const before = readOriginal(Uint8Array.fromHex(hex));
    assertEquals(again.chainID, before.chainID);
    assertEquals(again.instanceID, before.instanceID);
    if (before.invokeTime) assertStrictEquals(again.invokeTime.slice(0, 23), before.invokeTime.slice(0, 23));
    assertEquals(again.flags, { hybrid: "", ...before.flags });
    assertEquals(normal(again.currentNode!), normal(before.currentNode!));
  }
});

/** Its producers wrote the ids by hand, in any order, some twice or wrongly, and a child keeps the number it had: compare the rest. */
function normal(root: OriginalNode): unknown {
  const visit = ({ function: fn, children, args }: OriginalNode): unknown => ({
    fn: { ...fn, url: withScheme(fn.url) },
    children: children.map(visit),
    args,
  });
  return visit(root);
}

Deno.test("decodeInstance() gives the lists of ids that the original's producers wrote", () => {
  const written = samples.filter(({ message: { currentNode } }) =>
    currentNode.nodeID === 1 && currentNode.function.id !== 300 // its chain 4 says [1] of function 300
  );
  for (const { hex, message } of written) {
    const instance = decodeInstance(Uint8Array.fromHex(hex), OPTIONS);
    const again = readOriginal(encodeInstance(instance, { format: "original" })).currentNode!;
    assertEquals(new Set(again.lastNodeIDs), new Set(message.currentNode.lastNodeIDs));
    assertEquals(new Set(again.chainFunctionIDs), new Set(message.currentNode.chainFunctionIDs));
  }
});

function original(state: ChainState.$Properties): Instance {
  return decodeInstance(ChainState.encode(state).finish(), OPTIONS);
}

Deno.test("decodeInstance() takes flags for labels, but for an empty hybrid", () => {
  const currentNode = { function: { url: "a.com", id: 1 } };
  assertEquals(original({ currentNode, flags: { hybrid: "", tenant: "x" } }).labels, { tenant: "x" });
  assertEquals(original({ currentNode, flags: { hybrid: "local" } }).labels, { hybrid: "local" });
});

Deno.test("decodeInstance() reads labels that inherit nothing, as policies read any name of them", () => {
  const currentNode = { function: { url: "a.com", id: 1 } };
  for (const flags of [{}, { tenant: "x" }]) {
    const { labels } = original({ currentNode, flags });
    assertEquals([labels.constructor, labels.toString], [undefined, undefined]);
  }
});

Deno.test("decodeInstance() takes the time of receipt where the message has none, or one to come", () => {
  const currentNode = { function: { url: "a.com", id: 1 } };
  for (const invokeTime of ["", "yesterday", "2026-99-99T00:00:00", "2031-01-01T00:00:00"]) {
    assertStrictEquals(original({ currentNode, invokeTime }).submittedAtMs, OPTIONS.receivedAtMs);
  }
});

Deno.test("decodeInstance() tells nodes and functions of the original apart that look alike", () => {
  const { chain } = original({
    currentNode: {
      nodeID: 1,
      function: { url: "a.com/x?y", id: 1 },
      children: [
        { nodeID: 1, function: { url: "a.com/x&y", id: 2 } },
        { nodeID: 1, function: { url: "a.com/x?y", id: 1 } },
        { nodeID: 0, function: { url: "http://[::1]/", id: 3 } },
      ],
    },
  });
  assertEquals(chain.nodes.map((node) => node.name), ["node1", "node1_2", "node1_3", "node0"]);
  assertEquals(
    chain.nodes.map((node) => node.fn.name),
    ["a.com/x_y", "a.com/x_y_2", "a.com/x_y", "_::1_"],
  );
  assertStrictEquals(chain.nodes[0]!.fn, chain.nodes[2]!.fn);
});

Deno.test("decodeInstance() shares the chain between its instances", () => {
  const [first, second] = [0, 1].map((instanceID) =>
    original({ currentNode: { nodeID: 1, function: { url: "a.com", id: 1 } }, instanceID, chainID: 4 })
  );
  assertStrictEquals(first!.chain, second!.chain);
  const other = original({ currentNode: { nodeID: 1, function: { url: "a.com", id: 1 } }, chainID: 5 });
  assertStrictEquals(other.chain.name, "chain5");
});

Deno.test("decodeInstance() reads fields in any order", () => {
  fc.assert(fc.property(anyInstance, (instance) => {
    const bytes = encodeInstance(instance);
    const swapped = ChainState.decode(bytes);
    const { chain: name, currentNode, nodes, onFailed, subchains } = swapped;
    const chain = { chain: name, currentNode, nodes, onFailed, subchains };
    const rest = { ...swapped, chain: null, currentNode: null, nodes: [], onFailed: 0, subchains: [] };
    const parts = [rest, chain].map((part) => ChainState.encode(part as ChainState.$Properties).finish());
    const joined = new Uint8Array(parts[0]!.length + parts[1]!.length);
    joined.set(parts[0]!);
    joined.set(parts[1]!, parts[0]!.length);
    assertEquals(decodeInstance(joined, OPTIONS), instance);
  }));
});

function codeOf(bytes: Uint8Array): string {
  try {
    decodeInstance(bytes, OPTIONS);
  } catch (error) {
    if (error instanceof WireError || error instanceof WorkloadError) {
      assert(error.message.length < 1000);
      return error.code;
    }
    throw error;
  }
  return "ok";
}

const SUB = { chain: "s", functions: [{ name: "f" }], nodes: [{ name: "n", functionNumber: 1 }] };
const CIRCULAR = { ...SUB, nodes: [{ name: "n", functionNumber: 1, calls: "s" }] };

Deno.test("decodeInstance() says what is wrong with a message", () => {
  const node = { name: "n", functionNumber: 1 };
  const functions = [{ name: "f" }];
  const cases: [ChainState.$Properties, string][] = [
    [{}, "undecodable"],
    [{ currentNode: {} }, "undecodable"],
    [{ currentNode: node, functions: [] }, "undecodable"],
    [{ currentNode: node, nodes: [node], functions }, "undecodable"],
    [{ currentNode: node, functions: [...functions, ...functions] }, "undecodable"],
    [{ currentNode: { ...node, argsJson: "{" }, functions }, "undecodable"],
    [{ currentNode: node, functions, chain: "c", version: VERSION + 1 }, "newer"],
    [{ currentNode: { ...node, argsJson: "[]" }, functions }, "bad-arguments"],
    [{ currentNode: { ...node, onFailure: "explode" }, functions }, "bad-chain"],
    [{ currentNode: { ...node, name: "__proto__" }, functions }, "bad-name"],
    [{ currentNode: node, functions: [{ name: "f", method: "EAT" }] }, "bad-function"],
    [{ currentNode: node, functions: [{ name: "f", url: "http://h/", auth: "magic" }] }, "bad-function"],
    [{ currentNode: node, functions: [{ name: "f", time: { kind: "lognormal", ms: [1] } }] }, "bad-function"],
    [{ currentNode: node, functions: [{ name: "f", timeoutMs: NaN }] }, "bad-duration"],
    [{ currentNode: { function: { url: "ftp://x", id: 1 } } }, "bad-url"],
    [{ currentNode: { function: { url: "x".repeat(1_000_000) + " %", id: 1 } } }, "bad-url"],
    [{ nodes: [{ ...node, after: [1] }], functions }, "unknown-predecessor"],
    [{ nodes: [node, { ...node, name: "m", after: [1, 1] }], functions }, "unknown-predecessor"],
    [{ nodes: [node, node], functions }, "duplicate-node"],
    [{ currentNode: node, functions, submittedAtMs: 1e300 }, "bad-chain"],
    [{ currentNode: node, functions, weight: 0 }, "bad-chain"],
    [{ currentNode: node, functions, id: "a\nb" }, "bad-chain"],
    [{ currentNode: node, functions, flags: JSON.parse(`{"__proto__": "x"}`) }, "bad-chain"],
    [{ nodes: [{ ...node, join: "most" }], functions }, "bad-chain"],
    [{ nodes: [{ ...node, when: " " }], functions }, "bad-chain"],
    [{ nodes: [{ ...node, map: {} }], functions }, "bad-chain"],
    [{ nodes: [{ ...node, map: { items: "a", concurrency: 0 } }], functions }, "bad-chain"],
    [{ nodes: [{ ...node, calls: "sub" }], functions }, "unknown-chain"],
    [{ nodes: [{ ...node, calls: "a b" }], functions }, "bad-name"],
    [{ nodes: [node], functions, onFailed: 7 }, "bad-chain"],
    [{ nodes: [node], functions, timeLimitMs: -1 }, "bad-duration"],
    [{ nodes: [node], functions, ttlMs: NaN }, "bad-duration"],
    [{ nodes: [node], functions, argsJson: "{" }, "bad-chain"],
    [{ nodes: [node], functions, argsJson: "[]" }, "bad-chain"],
    [{ nodes: [node], functions, parent: {} }, "bad-chain"],
    [{ nodes: [node], functions, parent: { instance: "a", node: "n", item: 10_000 } }, "bad-chain"],
    [{ nodes: [node], functions: [{ name: "f", retry: { on: { causes: ["rain"] } } }] }, "bad-function"],
    [{ nodes: [node], functions, subchains: [{ chain: "s" }] }, "bad-chain"],
    [{ nodes: [node], functions, subchains: [{ chain: "s", nodes: [node] }] }, "undecodable"],
    [{ nodes: [node], functions, subchains: [SUB, SUB] }, "undecodable"],
    [{ nodes: [node], functions, subchains: [{ ...SUB, chain: "__proto__" }] }, "bad-name"],
    [{ nodes: [{ ...node, calls: "s" }], functions, subchains: [CIRCULAR] }, "cycle"],
    [{ nodes: [{ ...node, calls: "s" }], functions, subchains: [SUB] }, "ok"],
    [{ currentNode: node, functions, chain: "c" }, "ok"],
  ];
  for (const [state, code] of cases) {
    assertStrictEquals(codeOf(ChainState.encode(state).finish()), code, JSON.stringify(state).slice(0, 200));
  }
});

Deno.test("decodeInstance() refuses messages larger than allowed", () => {
  assertFails(() => decodeInstance(new Uint8Array(11), { ...OPTIONS, maxBytes: 10 }), {
    code: "too-large",
  });
});

/** A length-delimited field. */
function field(number: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [value % 128 + 128, ...varint(value >>> 7)];
  return Uint8Array.from([
    ...varint(number * 8 + 2),
    ...varint(length),
    ...contents.flatMap((part) => [...part]),
  ]);
}

Deno.test("decodeInstance() survives nodes within nodes within nodes", () => {
  let line = field(1, field(1, new TextEncoder().encode("a.com")));
  const fn = line;
  for (let i = 1; i < 95; i++) line = Uint8Array.from([...fn, ...field(3, line)]);
  assertStrictEquals(codeOf(field(1, line)), "ok");
  for (let i = 95; i < 1000; i++) line = Uint8Array.from([...fn, ...field(3, line)]);
  assertStrictEquals(codeOf(field(1, line)), "too-large");
  const deepArgs = { name: "n", functionNumber: 1, argsJson: `{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}` };
  assertStrictEquals(
    codeOf(ChainState.encode({ currentNode: deepArgs, functions: [{ name: "f" }] }).finish()),
    "bad-arguments",
  );
});

/**
 * A bound in milliseconds: a quadratic algorithm takes far longer for a message of 16 MiB, any other far less, also on a busy
 * machine.
 */
const HANGS_MS = 15_000;

Deno.test("decodeInstance() does not hang on messages that are made to be slow", () => {
  const megabytes = (pattern: number[]) => {
    const bytes = new Uint8Array(16 * 1024 * 1024 - 64);
    bytes.set(pattern);
    for (let n = pattern.length; n < bytes.length; n *= 2) bytes.copyWithin(n, 0, n);
    return bytes;
  };
  const headers = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`h${i}`, "x".repeat(100)]));
  const hostile: [string, Uint8Array, string][] = [
    ["empty children", field4(1, megabytes([26, 0])), "too-large"],
    ["empty roots", megabytes([10, 0]), "too-large"],
    ["empty map entries", field4(1, megabytes([50, 0])), "too-large"],
    ["packed ids", field4(1, field4(4, megabytes([1, 1]))), "too-large"],
    ["unpacked ids", field4(1, megabytes([32, 1])), "too-large"],
    ["empty subchains", megabytes([234, 1, 0]), "too-large"],
    ["empty causes of retries", field4(22, field4(6, field4(6, megabytes([10, 0])))), "too-large"],
    ["nodes of subchains", field4(29, megabytes([26, 0])), "too-large"],
    ["groups", megabytes([11, 11]), "undecodable"],
    ["zeros", new Uint8Array(16 * 1024 * 1024), "undecodable"],
    [
      "one large function for many nodes",
      ChainState.encode({
        functions: [{ name: "f", headers: { entries: headers } }],
        nodes: Array.from({ length: 60_000 }, (_, i) => ({ name: `n${i}`, functionNumber: 1 })),
      }).finish(),
      "ok",
    ],
  ];
  for (const [what, bytes, code] of hostile) {
    const startMs = performance.now();
    assertStrictEquals(codeOf(bytes), code, what);
    const tookMs = performance.now() - startMs;
    assert(tookMs < HANGS_MS, `${what}: ${tookMs} ms`);
  }
});

/** A length-delimited field of a long content. */
function field4(number: number, content: Uint8Array): Uint8Array {
  const n = content.length;
  const tag = number < 16 ? [number * 8 + 2] : [number * 8 + 2 & 127 | 128, number >> 4];
  const head = [...tag, n & 127 | 128, n >> 7 & 127 | 128, n >> 14 & 127 | 128, n >> 21];
  const whole = new Uint8Array(head.length + n);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

Deno.test("decodeInstance() throws nothing but its own errors, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void codeOf(bytes)), { numRuns: 3000 });
});

Deno.test("decodeInstance() throws nothing but its own errors for damaged messages", () => {
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("set", "cut", "drop", "double"),
    byte: fc.nat(255),
  });
  fc.assert(
    fc.property(anyInstance, fc.array(edit, { minLength: 1, maxLength: 6 }), (instance, edits) => {
      let bytes: Uint8Array = encodeInstance(instance);
      for (const { at, kind, byte } of edits) {
        const i = at % Math.max(1, bytes.length);
        if (kind === "set") bytes[i] = byte;
        if (kind === "cut") bytes = bytes.slice(0, i);
        if (kind === "drop") bytes = Uint8Array.from([...bytes.slice(0, i), ...bytes.slice(i + 1)]);
        if (kind === "double") bytes = Uint8Array.from([...bytes, ...bytes.slice(i)]);
      }
      const startMs = performance.now();
      codeOf(bytes);
      assert(performance.now() - startMs < HANGS_MS);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeInstance() returns only what can be written again", () => {
  fc.assert(
    fc.property(anyInstance, fc.nat(), fc.nat(255), (instance, at, byte) => {
      const bytes = encodeInstance(instance);
      bytes[at % bytes.length] = byte;
      let decoded: Instance;
      try {
        decoded = decodeInstance(bytes, OPTIONS);
      } catch {
        return;
      }
      assertEquals(decodeInstance(encodeInstance(decoded), OPTIONS), decoded);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("isOriginalMessage() tells the original's messages from ours, and from what is none", () => {
  for (const { hex } of samples) assertEquals(isOriginalMessage(Uint8Array.fromHex(hex)), true);
  fc.assert(fc.property(anyInstance, (instance) => !isOriginalMessage(encodeInstance(instance))));
  for (const hex of ["", "ff0102", "0a05", "10"]) {
    assertEquals(isOriginalMessage(Uint8Array.fromHex(hex)), false);
  }
});

Deno.test("decodeInstance() gives the original's functions and chains priorities, if it is told which, and ours none", () => {
  const priorities = [103, 101];
  for (const { hex, message: { chainID } } of samples) {
    const bytes = Uint8Array.fromHex(hex);
    const instance = decodeInstance(bytes, { ...OPTIONS, priorities });
    assertEquals(instance.priority, chainID % 2);
    for (const { fn } of instance.chain.nodes) {
      assertEquals(fn.priority, fn.id === 103 ? 0 : fn.id === 101 ? 1 : 2);
    }
    assertStrictEquals(decodeInstance(bytes, { ...OPTIONS, priorities }).chain, instance.chain);
    const plain = decodeInstance(bytes, OPTIONS);
    assertEquals([plain.priority, ...plain.chain.nodes.map(({ fn }) => fn.priority ?? "none")].slice(0, 2), [
      0,
      "none",
    ]);
  }
  fc.assert(fc.property(anyInstance, (instance) => {
    assertEquals(decodeInstance(encodeInstance(instance), { ...OPTIONS, priorities }), instance);
  }));
});
