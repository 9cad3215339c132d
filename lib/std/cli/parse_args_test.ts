import { assertEquals, assertStrictEquals } from "@std/assert";
import { parseArgs, type ParseOptions } from "@std/cli/parse-args";

/** The answers of the real package. */
const CASES: readonly [
  what: string,
  args: string[],
  options: ParseOptions,
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
  ["reads what looks like a negative number as an option", ["-5", "--n", "-1"], {}, {
    _: [],
    1: true,
    5: true,
    n: true,
  }],
  ["takes a negative number behind =, or glued", ["--n=-1", "-m-2"], {}, { _: [], n: -1, m: -2 }],
  ["reads a lone - as a value", ["--f", "x", "-", "-o", "-"], {}, { _: ["-"], f: "x", o: "-" }],
  ["takes a value glued to the last of several letters", ["-a=x", "-b/y"], {}, { _: [], a: "x", b: "/y" }],
  ["reads true and false behind a boolean", ["--v", "false", "-w", "true"], { boolean: ["v", "w"] }, {
    _: [],
    v: false,
    w: true,
  }],
  ["does not take an empty argument for a value", ["--s", "", "--t="], { string: ["s", "t"] }, {
    _: [""],
    s: "",
    t: "",
  }],
  ["takes the last of several values", ["--n", "1", "--n=2"], {}, { _: [], n: 2 }],
  ["collects under all names", ["-f", "a", "--file", "b"], { collect: "file", alias: { file: "f" } }, {
    _: [],
    f: ["a", "b"],
    file: ["a", "b"],
  }],
  ["has an empty list for collected booleans that are not given", [], { collect: ["v"], boolean: ["v"] }, {
    _: [],
    v: [],
  }],
  ["types values by all names", ["-p", "080"], { string: "port", alias: { port: "p" } }, {
    _: [],
    p: "080",
    port: "080",
  }],
  ["negates by all names", ["--no-c"], { negatable: ["color"], alias: { color: "c" } }, {
    _: [],
    c: false,
    color: false,
  }],
  ["a negated name beats its default", ["--no-color"], { negatable: ["color"], default: { color: true } }, {
    _: [],
    color: false,
  }],
  ["nests dotted defaults and booleans", ["--a.b=1"], { boolean: ["a.v"], default: { "a.c": 2, "a.b": 3 } }, {
    _: [],
    a: { b: 1, c: 2, v: false },
  }],
  ["nests dotted names", ["--a.b", "1", "--a.c=2"], {}, { _: [], a: { b: 1, c: 2 } }],
];

for (const [what, args, options, result] of CASES) {
  Deno.test(`parseArgs() ${what}`, () => {
    assertEquals<unknown>(parseArgs(args, options), result);
  });
}

Deno.test("parseArgs() tells of what was not announced, and leaves out what is answered false", () => {
  const told: unknown[][] = [];
  const parsed = parseArgs(["--known", "1", "--other=2", "-x", "file", "-c=3", "--n=4", "rest", "more"], {
    string: ["known"],
    collect: ["c"],
    alias: { number: "n" },
    unknown: (...call) => {
      told.push(call);
      return call[0] === "-x" || call[0] === "more";
    },
  });
  assertEquals(told, [["--other=2", "other", "2"], ["-x", "x", "file"], ["rest"], ["more"]]);
  assertEquals<unknown>(parsed, { _: ["more"], known: "1", x: "file", c: [3], n: 4, number: 4 });
});

Deno.test("parseArgs() tells of --no-name if that is not negatable", () => {
  const told: unknown[][] = [];
  parseArgs(["--no-a", "--no-b"], {
    boolean: ["a"],
    negatable: ["a"],
    unknown: (...call) => {
      told.push(call);
    },
  });
  assertEquals(told, [["--no-b", "no-b", true]]);
});

Deno.test("parseArgs() has the other arguments, and those behind --, as lists", () => {
  const parsed = parseArgs(["a", "1", "--", "-x"], { "--": true });
  const rest: (string | number)[] = parsed._;
  const after: string[] | undefined = parsed["--"];
  assertEquals([rest, after], [["a", 1], ["-x"]]);
});

Deno.test("parseArgs() does not reach what all objects share", () => {
  parseArgs([
    "--__proto__.polluted",
    "1",
    "--constructor.prototype.polluted",
    "1",
    "--a.__proto__.polluted=1",
  ]);
  assertStrictEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("parseArgs() leaves its arguments as they were", () => {
  const args = Object.freeze(["--a", "1", "b", "--", "c"]);
  assertEquals<unknown>(parseArgs(args, { stopEarly: true }), { _: ["b", "c"], a: 1 });
});
