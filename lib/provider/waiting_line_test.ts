import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { WaitingLine } from "./waiting_line.ts";

Deno.test("WaitingLine keeps the order in which calls came, whoever leaves", () => {
  const steps = fc.array(fc.oneof(
    fc.record({ join: fc.constantFrom("f", "g", "h") }),
    fc.record({ leave: fc.nat(60) }),
  ));
  fc.assert(fc.property(steps, (steps) => {
    const line = new WaitingLine();
    let naive: { ticket: number; functionName: string }[] = [];
    steps.forEach((step, i) => {
      if ("join" in step) {
        line.join(i, step.join);
        naive.push({ ticket: i, functionName: step.join });
      } else {
        line.leave(step.leave);
        naive = naive.filter(({ ticket }) => ticket !== step.leave);
      }
      assertEquals([line.length, line.first?.ticket], [naive.length, naive[0]?.ticket]);
    });
    for (const { ticket, functionName } of naive) {
      assertEquals([line.first?.ticket, line.first?.functionName], [ticket, functionName]);
      line.leave(ticket);
    }
    assertEquals([line.length, line.first], [0, undefined]);
  }));
});
