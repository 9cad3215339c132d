import { assertStrictEquals } from "@std/assert";
import { troubleOf } from "./errors.ts";

Deno.test("a broker that is still being connected is asked again", () => {
  const cause = new Error("Broker not connected");
  assertStrictEquals(troubleOf(cause), "transient");
  const wrapped = Object.assign(new Error(cause.message, { cause }), { name: "KafkaJSNonRetriableError" });
  assertStrictEquals(troubleOf(wrapped), "transient");
});
