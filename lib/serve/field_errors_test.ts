import { assertEquals } from "@std/assert";
import { faultWords } from "./field_errors.ts";

Deno.test("faultWords() names the first place, and counts the others", () => {
  const priority = { at: "#/priority", detail: "Write a number" },
    nope = { at: "#/nope", detail: "Leave it out" };
  assertEquals(faultWords([priority]), "#/priority: Write a number");
  assertEquals(faultWords([priority, nope]), "#/priority: Write a number. 1 more: see errors");
});

Deno.test("faultWords() names no place for the body as a whole", () => {
  assertEquals(faultWords([{ at: "#", detail: "Say which" }]), "Say which");
});
