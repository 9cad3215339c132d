import { assertEquals } from "@std/assert";
import { outages } from "./outages.ts";

Deno.test("outages() says each reason once a minute, and remembers a bounded number", () => {
  let nowMs = 0;
  const said: string[] = [], tell = outages({ nowMs: () => nowMs }, (words) => said.push(words));
  for (let second = 0; second < 90; second++) {
    nowMs = 1000 * second;
    tell("full");
    if (second > 80) tell("locked");
  }
  assertEquals(said, ["full", "full", "locked"]);
  for (let i = 0; i < 1000; i++) tell(`other ${i}`);
  assertEquals(said.length, 1003);
});
