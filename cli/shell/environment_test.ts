import { assertEquals, assertRejects } from "@std/assert";
import { QueueError } from "../../lib/queue/mod.ts";
import { ofVariable } from "./environment.ts";

Deno.test("ofVariable() names the variable in what fails by its value, and leaves the error what it is", async () => {
  assertEquals(await ofVariable("SEQUOIA_QUEUE", () => 7), 7);
  const bad = new QueueError("bad-address", "Cannot use it");
  const error = await assertRejects(() => ofVariable("SEQUOIA_QUEUE", () => Promise.reject(bad)), QueueError);
  assertEquals([error.code, error.message], ["bad-address", "SEQUOIA_QUEUE: Cannot use it"]);
});
