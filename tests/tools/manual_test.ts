/** The pieces that the generated parts of the manual are made of. */
import { assertEquals, assertThrows } from "@std/assert";
import { Interfaces } from "../../tools/manual/interfaces.ts";
import { code, plain, table, withParts } from "../../tools/manual/markdown.ts";
import { partsDrawing } from "../../tools/manual/parts_drawing.ts";

const TYPES = new Interfaces(`
  interface Base {
    /** Said of a. */
    readonly a: number;
    readonly b: string;
  }
  interface Options extends Omit<Base, "b"> {
    /** The time, see {@linkcode Base.b}. (Default: "5m" (five minutes)) */
    readonly c?: "x" | "y";
    /** An object. */
    readonly d?: {
      /** Inside. */
      readonly e?: boolean;
    };
    f(x: number): string;
  }
`);

Deno.test("membersOf() reads names, types, documentation and defaults, also of what is taken over", () => {
  assertEquals(
    TYPES.membersOf("Options").map(({ name, type, isOptional, text, fallback }) =>
      [name, type, isOptional, text, fallback] as const
    ),
    [
      ["a", "number", false, "Said of a.", undefined],
      ["c", '"x" | "y"', true, "The time, see `Base.b`.", '"5m" (five minutes)'],
      ["d", "{ /** Inside. */ readonly e?: boolean; }", true, "An object.", undefined],
      ["f", "function", false, "", undefined],
    ],
  );
  assertEquals(TYPES.membersOf("Options")[2]!.members.map(({ name, text }) => [name, text]), [[
    "e",
    "Inside.",
  ]]);
});

Deno.test("membersOf() refuses an interface that is not there", () => {
  assertThrows(() => TYPES.membersOf("Other"), Error, "Other");
});

Deno.test("withParts() replaces what stands between the marks, and nothing else", () => {
  const page = "a\n<!-- generated: one -->\nold\n<!-- end -->\nb\n";
  assertEquals(
    withParts(page, { one: "new" }),
    "a\n<!-- generated: one -->\n\nnew\n\n<!-- end -->\nb\n",
  );
  assertThrows(() => withParts(page, { two: "" }), Error, '"one"');
});

Deno.test("tables escape what markdown reads", () => {
  assertEquals(
    table(["a"], [[code("x|y")], [plain("1 < 2 | *_x_*")]]),
    [
      "| a |",
      "| --- |",
      "| `x\\|y` |",
      "| 1 \\< 2 \\| \\*\\_x\\_\\* |",
    ].join("\n"),
  );
});

Deno.test("the drawing of the parts leaves arrows out that follow from others", () => {
  const arrows = partsDrawing().split("\n");
  assertEquals(arrows.includes("  scheduler --> policies"), true);
  assertEquals(arrows.includes("  scheduler --> model"), false);
});
