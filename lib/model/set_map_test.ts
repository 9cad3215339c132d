import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SetMap } from "./set_map.ts";

const pair = fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(3));
const change = fc.tuple(fc.constantFrom("add", "delete", "deleteAll"), pair);

Deno.test("SetMap has the values that were added and not deleted, and keys only of these", () => {
  fc.assert(fc.property(fc.array(change), (changes) => {
    const map = new SetMap<string, number>();
    let all: (readonly [string, number])[] = [];
    for (const [what, [key, value]] of changes) {
      const isThere = all.some(([k, v]) => k === key && v === value);
      if (what === "add") {
        map.add(key, value);
        if (!isThere) all.push([key, value]);
      } else if (what === "delete") {
        assertEquals(map.delete(key, value), isThere);
        all = all.filter(([k, v]) => k !== key || v !== value);
      } else {
        map.deleteAll(key);
        all = all.filter(([k]) => k !== key);
      }
      const keys = new Set(all.map(([key]) => key));
      assertEquals([map.size, new Set(map.keys())], [keys.size, keys]);
      for (const key of ["a", "b", "c"]) {
        assertEquals(map.has(key), keys.has(key));
        assertEquals([...map.get(key)], all.filter(([k]) => k === key).map(([, value]) => value));
      }
      assertEquals([...map.values()].toSorted(), all.map(([, value]) => value).toSorted());
    }
  }));
});
