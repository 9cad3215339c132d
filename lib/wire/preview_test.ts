import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { Instance } from "../model/mod.ts";
import { decodeInstance, encodeInstance, type MessagePreview, previewOf } from "./mod.ts";
import { ChainState } from "./messages.ts";
import { anyInstance } from "./testing.ts";

const OPTIONS = { fallbackId: "none", receivedAtMs: 0 };

/** The preview that is expected of a decoded instance. */
function shown({ id, chain, labels }: Instance): MessagePreview {
  return { id, chain, labels: JSON.stringify(labels) };
}

function decoded(bytes: Uint8Array): Instance | undefined {
  try {
    return decodeInstance(bytes, OPTIONS);
  } catch {
    return undefined;
  }
}

Deno.test("previewOf() shows id, chain and labels of all that producers submit, once its chain was decoded", () => {
  fc.assert(fc.property(anyInstance, (instance) => {
    const bytes = encodeInstance(instance), known = decodeInstance(bytes, OPTIONS);
    const preview = previewOf(bytes);
    const { parent, generations, retriedAtMs } = instance;
    if (parent === undefined && generations === undefined && retriedAtMs === undefined) {
      assertEquals({ ...preview, chain: undefined }, { ...shown(known), chain: undefined });
      assertStrictEquals(preview?.chain, known.chain);
    } else assertEquals(preview, undefined);
  }));
});

Deno.test("previewOf() contradicts no decoding, whatever the bytes behind the chain are", () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.nat(3) });
  fc.assert(
    fc.property(anyInstance, fc.array(change, { minLength: 1, maxLength: 3 }), (instance, changes) => {
      const whole = encodeInstance(instance), tail = ChainState.encode({ id: instance.id }).finish().length;
      decodeInstance(whole, OPTIONS);
      let bytes = whole.slice();
      for (const { at, to, cut } of changes) {
        bytes[Math.max(0, bytes.length - 1 - at % (tail + 40))] = to;
        if (cut === 0) bytes = bytes.slice(0, -1);
      }
      const preview = previewOf(bytes), instead = decoded(bytes);
      if (preview !== undefined && instead !== undefined) assertEquals(preview, shown(instead));
    }),
  );
});

Deno.test("previewOf() leaves to the decoder what Sequoia does not write so", () => {
  const chain = { chain: "c", functions: [{ name: "f" }], nodes: [{ name: "n", functionName: "f" }] };
  const write = (state: ChainState.$Properties) => ChainState.encode(state).finish();
  const head = write(chain);
  const message = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const good = message(head, write({ id: "i", flags: { a: "1" } }));
  if (decoded(good) !== undefined) assertEquals(previewOf(good)?.labels, '{"a":"1"}');
  assertEquals(previewOf(message(head, write({ flags: { a: "1" } }))), undefined, "no id");
  assertEquals(previewOf(message(head, write({ id: "i", version: 99 }))), undefined, "a newer version");
  assertEquals(previewOf(message(head, write({ id: "i" }), head)), undefined, "its chain goes on behind");
  assertEquals(
    previewOf(message(head, write({ id: "i", generations: [1] }))),
    undefined,
    "it was begun again",
  );
  assertEquals(previewOf(Uint8Array.of(1, 2, 3)), undefined, "an unknown chain");
  assert(previewOf(new Uint8Array()) === undefined);
});
