import {
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { strictEqual, throws } from "node:assert/strict";
import { message } from "./testing.ts";

Deno.test("assertions of equality hold", () => {
  assertEquals([{ a: NaN }], [{ a: NaN }]);
  assertNotEquals([1], [2]);
  assertStrictEquals(NaN, NaN);
  assertNotStrictEquals({}, {});
  assertNotStrictEquals(0, -0);
});

Deno.test("assertEquals() says line by line what differs", () => {
  strictEqual(
    message(() => assertEquals({ b: [1, 2], a: 1 }, { b: [1, 3], a: 1 }, "told")),
    `Values are not equal: told


    [Diff] Actual / Expected


    {
      a: 1,
      b: [
        1,
-       2,
+       3,
      ],
    }
`,
  );
});

Deno.test("assertEquals() shows lists whole, whatever their length", () => {
  const long = Array.from({ length: 300 }, (_, i) => i);
  const text = message(() => assertEquals(long, [...long, -1]));
  strictEqual(text.split("\n").filter((line) => line.startsWith("     ")).length, 300);
  strictEqual(text.includes("\n+     -1,\n"), true);
});

Deno.test("assertEquals() shows texts line by line, with what can't be seen", () => {
  strictEqual(
    message(() => assertEquals("a\nb c\td", "a\nb x\td")),
    "Values are not equal.\n\n\n    [Diff] Actual / Expected\n\n\n" +
      "    a\\n\n-   b c\\td\n+   b x\\td\n\n",
  );
  strictEqual(message(() => assertEquals("\\\r\n", "\\")).includes("-   \\\\\\r\\n\r\n"), true);
});

Deno.test("assertEquals() colours what differs", { ignore: Deno.noColor }, () => {
  throws(() => assertEquals(1, 2), ({ message }: Error) => {
    const [diff, actual] = ["\x1b[90m\x1b[1m[Diff]\x1b[22m\x1b[39m", "\x1b[31m\x1b[1mActual\x1b[22m\x1b[39m"];
    const title = `    ${diff} ${actual} / \x1b[32m\x1b[1mExpected\x1b[22m\x1b[39m`;
    const lines = "\x1b[31m\x1b[1m-   1\x1b[22m\x1b[39m\n\x1b[32m\x1b[1m+   2\x1b[22m\x1b[39m";
    strictEqual(message, `Values are not equal.\n\n\n${title}\n\n\n${lines}\n`);
    return true;
  });
});

Deno.test("assertEquals() lets the words of a text that differ stand out", { ignore: Deno.noColor }, () => {
  throws(() => assertEquals("so far", "so near"), ({ message }: Error) => {
    strictEqual(message.includes("-   so \x1b[41m\x1b[37mfar\x1b[31m\x1b[49m"), true);
    strictEqual(message.includes("+   so \x1b[42m\x1b[37mnear\x1b[32m\x1b[49m"), true);
    return true;
  });
});

Deno.test("assertNotEquals() says what is equal", () => {
  strictEqual(message(() => assertNotEquals(1, 1)), "Expected actual: 1 not to be: 1.");
  strictEqual(message(() => assertNotEquals("a", "a", "told")), 'Expected actual: "a" not to be: "a": told');
});

Deno.test("assertStrictEquals() tells what differs from what only is not the same", () => {
  strictEqual(
    message(() => assertStrictEquals<unknown>(1, "1")),
    'Values are not strictly equal.\n\n\n    [Diff] Actual / Expected\n\n\n-   1\n+   "1"\n',
  );
  strictEqual(
    message(() => assertStrictEquals({ a: 1 }, { a: 1 }, "told")),
    "Values have the same structure but are not reference-equal: told\n\n    {\n      a: 1,\n    }\n",
  );
  message(() => assertStrictEquals(0, -0));
});

Deno.test("assertNotStrictEquals() says what is the same", () => {
  strictEqual(
    message(() => assertNotStrictEquals(1, 1)),
    'Expected "actual" to not be strictly equal to: 1.\n',
  );
});

Deno.test("AssertionError has a name, and may have a cause", () => {
  const { name, message, cause } = new AssertionError("told", { cause: 7 });
  strictEqual(`${name}: ${message}, ${cause}`, "AssertionError: told, 7");
});
