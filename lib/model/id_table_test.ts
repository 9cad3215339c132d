import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { IdTable, type Listed } from "./id_table.ts";
import { keyedHash } from "./keyed_hash.ts";
import { type Random, seededRandom } from "./random.ts";

class Member implements Listed<Member> {
  idHash = 0;
  nextInBucket: Member | undefined;
  constructor(readonly id: string, readonly sequence: number) {}
}

/** The hash of these is the same, by the key of this test. */
const COLLIDING = ["2507", "63478"];

const id = fc.oneof(fc.constantFrom("", "a", "b", ...COLLIDING), fc.nat(300).map((i) => `instance-${i}`));
const step = fc.record({ id, action: fc.constantFrom("add", "add", "get", "remove") });

Deno.test("IdTable has the members that were added and not removed, whatever their number", () => {
  assertEquals(new Set(COLLIDING.map(keyedHash(seededRandom(1)))).size, 1);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1000, size: "max" }), (steps) => {
      const table = new IdTable<Member>(seededRandom(1)), members = new Map<string, Member>();
      steps.forEach(({ id, action }, i) => {
        const member = members.get(id);
        if (action === "get") assertEquals(table.get(id), member);
        else if (action === "add") {
          const other = new Member(id, i);
          assertEquals(table.add(other), member === undefined);
          if (member === undefined) members.set(id, other);
        } else if (member !== undefined) {
          table.remove(member);
          members.delete(id);
        }
        assertEquals(table.size, members.size);
      });
      const ids = (of: Iterable<Member>) => [...of].map(({ id }) => id);
      assertEquals(ids(table.inOrder()), ids(members.values()));
    }),
    { numRuns: 100 },
  );
});

/** The most members in one bucket. */
function longestChain(members: readonly Member[]): number {
  const lengths = new Map<Member, number>();
  for (const member of members.toReversed()) {
    lengths.set(member, 1 + (lengths.get(member.nextInBucket!) ?? 0));
  }
  return Math.max(...lengths.values());
}

Deno.test("IdTable has short chains, whatever ids are chosen by those who do not know its key", () => {
  const fill = (ids: readonly string[], random?: Random) => {
    const table = new IdTable<Member>(random), members = ids.map((id, i) => new Member(id, i));
    for (const member of members) table.add(member);
    return members;
  };
  const all = Array.from({ length: 100_000 }, (_, i) => `instance-${i}`);
  const chosen = fill(all, seededRandom(1)).filter(({ idHash }) => idHash % 512 === 7).map(({ id }) => id);
  assert(chosen.length > 128);
  const known = longestChain(fill(chosen, seededRandom(1)));
  assertEquals(known, chosen.length, "whoever knows the key finds the ids of one bucket");
  for (const random of [seededRandom(2), undefined]) {
    const longest = longestChain(fill(chosen, random));
    assert(longest < 16, `a chain of ${longest}`);
  }
});
