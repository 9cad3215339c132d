import { assertEquals } from "@std/assert";
import { WorkloadError } from "./errors.ts";
import { SequoiaError } from "./sequoia_error.ts";

Deno.test("SequoiaError has its code, whose it is, and its cause", () => {
  const cause = new Error("why"), error = new SequoiaError("bad", "Cannot", { kind: "usage", cause });
  assertEquals([error.code, error.kind, error.cause, error.message], ["bad", "usage", cause, "Cannot"]);
  assertEquals(new SequoiaError("bad", "Cannot").kind, "failure");
  assertEquals(new WorkloadError("no-chain", "There is none").kind, "usage");
});
