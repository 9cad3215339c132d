import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { parsePythonLiteral, type PythonKey, type PythonValue } from "./python_literal.ts";

/** Writes a value as Python's repr does, or with other escapes that mean the same. */
function repr(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")}}`;
  }
  return `[${(value as readonly PythonValue[]).map(repr).join(", ")}]`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'"\p{C}]/gu, (sign) => {
    if (sign === "\\" || sign === quote) return `\\${sign}`;
    if (sign === "'" || sign === '"') return sign;
    const code = sign.codePointAt(0)!.toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });
  return `${quote}${body}${quote}`;
}

const scalars: fc.Arbitrary<PythonKey> = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("-", "it's", 'a "b"', `'"`, "\\", "{'a': 1}"),
);
const { value: values } = fc.letrec<{ value: PythonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    scalars,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(scalars, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

Deno.test("parsePythonLiteral() reads back any value", () => {
  fc.assert(fc.property(values, (value) => assertEquals(parsePythonLiteral(repr(value)), value)), {
    numRuns: 2000,
  });
});

/** A value, or nothing if it is refused as it may be. */
function read(text: string): PythonValue | undefined {
  try {
    return parsePythonLiteral(text);
  } catch (error) {
    assert(error instanceof SyntaxError, `${text}: ${error}`);
  }
}

Deno.test("parsePythonLiteral() throws nothing but SyntaxError, whatever the text", () => {
  const signs = fc.string({ unit: fc.constantFrom(..."[](){}:,'\"\\-+.0123eExuUNoTrue \n"), maxLength: 30 });
  fc.assert(fc.property(fc.oneof(signs, fc.string({ unit: "binary" })), (text) => void read(text)), {
    numRuns: 5000,
  });
  const damaged = fc.tuple(values.map(repr), fc.nat(), fc.string({ maxLength: 2 }))
    .map(([text, at, other]) =>
      text.slice(0, at % (text.length + 1)) + other + text.slice(at % (text.length + 1) + 1)
    );
  fc.assert(fc.property(damaged, (text) => void read(text)), { numRuns: 2000 });
});

Deno.test("parsePythonLiteral() reads tuples, sets, and spaces and commas that repr does not write", () => {
  assertEquals(parsePythonLiteral("(1, 'a', (2,), ())"), [1, "a", [2], []]);
  assertEquals(parsePythonLiteral("{5}"), [5]);
  assertEquals(parsePythonLiteral("{'a', 'b'}"), ["a", "b"]);
  assertEquals(parsePythonLiteral(" [ 1 ,-2. , .5,1e-3,] "), [1, -2, 0.5, 0.001]);
  assertEquals(parsePythonLiteral("{1: 1, '1': 2, 1: 3,}"), new Map<PythonKey, number>([[1, 3], ["1", 2]]));
  assertEquals(parsePythonLiteral(String.raw`'\a\t\0\x41\u00e9\U0001f600\''`), "\x07\t\0Aé😀'");
});

Deno.test("parsePythonLiteral() refuses what is no literal of plain data", () => {
  const refused = [
    "",
    "1 2",
    "[1",
    "[,]",
    "[1 2]",
    "(1)",
    "{1: 2, 3}",
    "{'a'",
    "'a",
    "'a\nb'",
    String.raw`'\q'`,
  ];
  const calls = ["nan", "null", "true", "set()", "b'a'", "1_000", "007", "1.2.3", "0x10", "{[1]: 2}", "f(1)"];
  for (const text of [...refused, ...calls, String.raw`'\U00110000'`, "1-", "--1"]) {
    assertThrows(() => parsePythonLiteral(text), SyntaxError, "Cannot read the Python literal", text);
  }
});

Deno.test("parsePythonLiteral() bounds depth and length", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(repr(parsePythonLiteral(nested(50))), nested(50));
  for (const text of [nested(51), "[".repeat(500_000), "{1:".repeat(100_000), "(".repeat(100_000)]) {
    assertThrows(() => parsePythonLiteral(text), SyntaxError);
  }
  assertThrows(() => parsePythonLiteral(`'${"a".repeat(1024 * 1024)}'`), SyntaxError, "too long");
});
