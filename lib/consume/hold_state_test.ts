import { assertEquals } from "@std/assert";
import { type HoldEvent, type HoldState, stateAfter } from "./hold_state.ts";

Deno.test("stateAfter() never goes back: what is lost stays lost, what leaves can only be lost", () => {
  const states: HoldState[] = ["held", "leaving", "lost"], events: HoldEvent[] = ["leave", "lose"];
  assertEquals(
    states.map((state) => events.map((event) => stateAfter(state, event))),
    [["leaving", "lost"], ["leaving", "lost"], ["lost", "lost"]],
  );
});
