import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

/** What the real package answers; `default` and the rest of the options as there. */
const CASES: readonly [
  what: string,
  args: string[],
  options: Parameters<typeof parseArgs>[1],
  result: unknown,
][] = [
  ["reads flags, values and the rest", ["--a", "1", "--c=x y", "-b", "file"], {}, {
    _: [],
    a: 1,
    b: "file",
    c: "x y",
  }],
  ["takes numbers for numbers, also among the rest", ["--n", "0x1f", "-m", "1e3", "7", "v7"], {}, {
    _: [7, "v7"],
    n: 31,
    m: 1000,
  }],
  ["keeps texts as they are", ["--n", "007", "08"], { string: ["n", "_"] }, { _: ["08"], n: "007" }],
  ["has an empty text for an option of texts without a value", ["--n", "--m"], { string: ["n"] }, {
    _: [],
    n: "",
    m: true,
  }],
  ["does not take a value for a boolean", ["--v", "file"], { boolean: ["v"] }, { _: ["file"], v: true }],
  ["has false for booleans that are not given", [], { boolean: ["v", "w"] }, { _: [], v: false, w: false }],
  ["reads a boolean's value behind =", ["--v=false", "--w=true"], { boolean: ["v", "w"] }, {
    _: [],
    v: false,
    w: true,
  }],
  ["takes all long options for booleans if told", ["--x", "y"], { boolean: true }, { _: ["y"], x: true }],
  ["knows aliases both ways", ["-p", "80"], { alias: { port: ["p", "listen"] } }, {
    _: [],
    p: 80,
    port: 80,
    listen: 80,
  }],
  ["splits letters", ["-abc"], {}, { _: [], a: true, b: true, c: true }],
  ["takes a number glued to a letter", ["-n5"], {}, { _: [], n: 5 }],
  ["takes a value behind the last letter", ["-xf", "tar"], {}, { _: [], x: true, f: "tar" }],
  ["reads --no-name only for what is negatable", ["--no-color", "--no-x"], {
    boolean: ["color"],
    negatable: ["color"],
  }, {
    _: [],
    color: false,
    "no-x": true,
  }],
  ["collects", ["--f", "a", "--f=b", "--g", "1", "--g", "2"], { collect: ["f"] }, {
    _: [],
    f: ["a", "b"],
    g: 2,
  }],
  ["has an empty list for collected texts that are not given", [], { collect: ["f"], string: ["f"] }, {
    _: [],
    f: [],
  }],
  ["fills in defaults, for aliases too", ["--a", "1"], { default: { a: 5, port: 7 }, alias: { port: "p" } }, {
    _: [],
    a: 1,
    port: 7,
    p: 7,
  }],
  ["a default beats the false of a boolean", [], { boolean: ["v"], default: { v: true } }, {
    _: [],
    v: true,
  }],
  ["stops early if told", ["--a", "1", "run", "--b"], { stopEarly: true }, { _: ["run", "--b"], a: 1 }],
  ["puts what stands behind -- with the rest, as texts", ["a", "--", "-b", "5"], {}, { _: ["a", "-b", "5"] }],
  ["or apart", ["a", "--", "-b"], { "--": true }, { _: ["a"], "--": ["-b"] }],
  ["nests dotted names", ["--a.b", "1", "--a.c=2"], {}, { _: [], a: { b: 1, c: 2 } }],
];

for (const [what, args, options, result] of CASES) {
  Deno.test(`parseArgs() ${what}`, () => {
    assertEquals<unknown>(parseArgs(args, options), result);
  });
}

Deno.test("parseArgs() tells of what was not announced, and leaves out what is answered false", () => {
  const told: unknown[][] = [];
  const parsed = parseArgs(["--known", "1", "--other=2", "-x", "file"], {
    string: ["known"],
    unknown: (...call) => {
      told.push(call);
      return call[0] === "-x" ? undefined : false;
    },
  });
  assertEquals(told, [["--other=2", "other", "2"], ["-x", "x", "file"]]);
  assertEquals<unknown>(parsed, { _: [], known: "1", x: "file" });
});

Deno.test("parseArgs() does not reach the prototype of objects", () => {
  parseArgs(["--__proto__.polluted", "1", "--constructor.prototype.polluted", "1"]);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});
