import { assertEquals } from "@std/assert";
import { eventCollector } from "./event_collector.ts";

Deno.test("eventCollector() reads the address that an event names, and none of what is no address", () => {
  const collectorOf = (ip: unknown, port: unknown) =>
    eventCollector(JSON.stringify({ args: { port: 1 }, ip, port }))?.collector;
  assertEquals(collectorOf("10.0.0.1", 7), "10.0.0.1:7");
  assertEquals(collectorOf("::1", "7"), "[::1]:7");
  const throws = { toString: 1, valueOf: 1 };
  for (const port of [0, -1, 65_536, 1.5, "x", null, true, [7], {}, throws]) {
    assertEquals(collectorOf("10.0.0.1", port), undefined, JSON.stringify(port));
  }
  for (const ip of ["", "a b", 1, null, throws]) {
    assertEquals(collectorOf(ip, 7), undefined, JSON.stringify(ip));
  }
});
