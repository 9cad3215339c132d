import { assertEquals, assertThrows } from "@std/assert";
import { parseInstant } from "./instants.ts";

Deno.test("parseInstant() reads dates with a time, in a zone or in that of the machine", () => {
  const nine = Date.UTC(2026, 11, 1, 9);
  for (const text of ["2026-12-01T09:00Z", " 2026-12-01 10:00:00.000+01:00", "2026-12-01T04:30:00-04:30"]) {
    assertEquals(parseInstant(text), nine, text);
  }
  assertEquals(parseInstant("2026-12-01T09:00:30.5"), new Date(2026, 11, 1, 9, 0, 30, 500).getTime());
});

Deno.test("parseInstant() refuses what is no instant", () => {
  const wrong = [
    "",
    "tomorrow",
    "2026-12-01",
    "09:00",
    "2026-02-30T09:00Z",
    "2026-12-01T25:00Z",
    "5s",
    "1780000000000",
  ];
  for (const text of wrong) assertThrows(() => parseInstant(text), SyntaxError, "Cannot read", text);
});
