import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { quantityOf } from "./quantity.ts";
import { TimesTally } from "./times_tally.ts";

Deno.test("TimesTally takes never for above all, as quantityOf()", () => {
  const sample = fc.oneof(fc.nat(500), fc.constantFrom(Infinity, NaN));
  fc.assert(fc.property(fc.array(sample), fc.array(sample), (some, others) => {
    const tally = new TimesTally(), other = new TimesTally();
    some.forEach((one) => tally.add(one));
    others.forEach((one) => other.add(one));
    tally.merge(other);
    const rough = (quantity: object) =>
      Object.values(quantity).map((value) => typeof value === "number" ? Math.round(value) : value);
    assertEquals(rough(tally.quantity()), rough(quantityOf(Float64Array.from([...some, ...others]))));
  }));
});
