import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { assign, type Member, shareOf } from "./assignment.ts";

const COUNTS = fc.nat(30);
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}-\d$/), { minLength: 1, maxLength: 8 });

/** Members that have whatever they say: the same partition may be claimed by several, or not exist. */
const claiming: fc.Arbitrary<Member[]> = ids.chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc.record({ id: fc.constant(id), owned: fc.array(fc.integer({ min: -2, max: 32 }), { maxLength: 20 }) })
    ),
  )
);

/** Members that have what they were given before, when some others were there. */
const settled = fc.tuple(claiming, COUNTS).map(([members, count]) => {
  const parts = assign(members, count);
  return { count, members: [...parts].map(([id, owned]): Member => ({ id, owned })) };
});

function sizes(parts: ReadonlyMap<string, readonly number[]>): number[] {
  return [...parts.values()].map(({ length }) => length);
}

function keptOf({ id, owned }: Member, parts: ReadonlyMap<string, readonly number[]>): number[] {
  return owned.filter((partition) => parts.get(id)!.includes(partition));
}

Deno.test("assign() gives every partition to exactly one member", () => {
  fc.assert(fc.property(claiming, COUNTS, (members, count) => {
    const all = [...assign(members, count).values()].flat();
    assertEquals(all.sort((a, b) => a - b), Array.from({ length: count }, (_, partition) => partition));
  }));
});

Deno.test("assign() gives all members as many, or one more", () => {
  fc.assert(fc.property(claiming, COUNTS, (members, count) => {
    const parts = assign(members, count);
    assertEquals(new Set(parts.keys()), new Set(members.map(({ id }) => id)));
    assert(Math.max(...sizes(parts)) - Math.min(...sizes(parts)) <= 1);
  }));
});

Deno.test("assign() answers the same in whatever order members and what they own come", () => {
  const shuffled = claiming.chain((members) =>
    fc.tuple(
      fc.constant(members),
      fc.shuffledSubarray(members, { minLength: members.length }),
    )
  );
  fc.assert(fc.property(shuffled, COUNTS, ([members, others], count) => {
    const reversed = others.map(({ id, owned }) => ({ id, owned: owned.toReversed() }));
    assertEquals(assign(reversed, count), assign(members, count));
  }));
});

Deno.test("assign() moves nothing if nobody has come or gone", () => {
  fc.assert(fc.property(settled, ({ members, count }) => {
    const again = assign(members, count);
    for (const { id, owned } of members) assertEquals(again.get(id), owned);
  }));
});

Deno.test("assign() takes from the others only what one who joins is to have", () => {
  const joined = settled.chain((before) => fc.stringMatching(/^[a-z]{4}$/).map((id) => ({ ...before, id })));
  fc.assert(fc.property(joined, ({ members, count, id }) => {
    const parts = assign([...members, { id, owned: [] }], count);
    const kept = members.reduce((sum, member) => sum + keptOf(member, parts).length, 0);
    assertEquals(count - kept, parts.get(id)!.length);
  }));
});

Deno.test("assign() moves only what one who leaves has had", () => {
  const left = settled.filter(({ members }) => members.length > 1);
  fc.assert(fc.property(left, fc.nat(), ({ members, count }, pick) => {
    const leaver = pick % members.length;
    const others = members.filter((_, i) => i !== leaver);
    const parts = assign(others, count);
    for (const member of others) assertEquals(keptOf(member, parts), member.owned);
  }));
});

Deno.test("assign() keeps as much in place as even parts allow, wherever partitions are", () => {
  const scattered = fc.tuple(ids, fc.array(fc.nat(7), { maxLength: 30 })).map(([ids, owners]) => ({
    count: owners.length,
    members: ids.map((id, i): Member => ({
      id,
      owned: owners.flatMap((owner, partition) => owner === i ? [partition] : []),
    })),
  }));
  fc.assert(fc.property(scattered, ({ members, count }) => {
    const parts = assign(members, count);
    const kept = members.reduce((sum, member) => sum + keptOf(member, parts).length, 0);
    const least = Math.floor(count / members.length);
    const beyond = members.filter(({ owned }) => owned.length > least).length;
    const most = members.reduce((sum, { owned }) => sum + Math.min(owned.length, least), 0) +
      Math.min(beyond, count % members.length);
    assertEquals(kept, most);
  }));
});

Deno.test("assign() leaves a partition that several claim with the first of them", () => {
  const members = [{ id: "b", owned: [0, 1] }, { id: "a", owned: [1, 2] }];
  assertEquals(assign(members, 4), new Map([["a", [1, 2]], ["b", [0, 3]]]));
});

Deno.test("shareOf() lays the parts of all members side by side, from 0 to 1", () => {
  fc.assert(fc.property(claiming, fc.integer({ min: 1, max: 30 }), (members, count) => {
    const parts = assign(members, count);
    let at = 0;
    for (const id of [...parts.keys()].sort()) {
      const { from, to } = shareOf(id, parts, count);
      assertEquals(from, at);
      assertEquals(to, (Math.round(at * count) + parts.get(id)!.length) / count);
      at = to;
    }
    assertEquals(at, 1);
  }));
});

Deno.test("shareOf() gives nothing to whoever is no member", () => {
  assertEquals(shareOf("c", new Map([["a", [0]], ["b", [1]]]), 2), { from: 0, to: 0 });
});
