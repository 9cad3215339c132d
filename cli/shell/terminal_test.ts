import { assertEquals } from "@std/assert";
import { terminalColumns } from "./terminal.ts";

Deno.test("terminalColumns() takes a terminal that does not know its size for one of the usual width", () => {
  assertEquals(terminalColumns(() => ({ columns: 132 })), 132);
  assertEquals(terminalColumns(() => ({ columns: 0 })), 80);
});
