import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { Screen } from "../../tests/screen.ts";
import { fitting, LiveTerminal } from "./live_terminal.ts";

/** A live terminal on a screen; what it writes is shown at `shown()`. */
function setUp(columns: number) {
  const screen = new Screen(columns);
  let text = "";
  const write = (more: string) => void (text += more);
  const live = new LiveTerminal({ columns: () => screen.columns, write });
  const shown = async () => {
    await screen.write(text);
    text = "";
    return screen.lines;
  };
  return { live, screen, write, shown };
}

const LONG = "nobody serves 日本語 👩‍👩‍👧 ❤️ e\u0301\ttab \x1b[2Kgone\r\nnext ".repeat(20);

for (const columns of [1, 2, 3, 20, 80]) {
  Deno.test(`LiveTerminal keeps a line of any signs in one line of ${columns} columns, however often it is drawn`, async () => {
    const { live, shown } = setUp(columns);
    using _line = live.show(() => LONG);
    for (let i = 0; i < 100; i++) live.refresh();
    const lines = await shown();
    assert(lines.length <= 1, lines.join("\n"));
  });
}

Deno.test("LiveTerminal writes above its line, and takes it away at its end", async () => {
  const { live, write, shown } = setUp(40);
  {
    using _line = live.show(() => "running 1");
    live.above(() => write("one\n"));
    live.above(() => write("two\nthree\n"));
    assertEquals(await shown(), ["one", "two", "three", "running 1"]);
  }
  live.above(() => write("four\n"));
  assertEquals(await shown(), ["one", "two", "three", "four"]);
});

Deno.test("LiveTerminal leaves nothing behind when the terminal becomes narrower and wider", async () => {
  const { live, screen, write, shown } = setUp(80);
  using _line = live.show(() => "x".repeat(200));
  live.above(() => write("said before\n"));
  for (const columns of [79, 60, 20, 11, 40, 80, 15]) {
    await shown();
    screen.resize(columns);
    live.refresh();
  }
  live.above(() => write("said after\n"));
  assertEquals(await shown(), ["said before", "said after", "x".repeat(13) + "…"]);
});

Deno.test("LiveTerminal draws over what the terminal writes for ^C", async () => {
  const { live, write, shown } = setUp(40);
  using _line = live.show(() => "running 1");
  write("^C");
  live.refresh();
  assertEquals(await shown(), ["running 1"]);
});

Deno.test("LiveTerminal shows the line that was shown last, and then the one before", async () => {
  const { live, shown } = setUp(40);
  using _first = live.show(() => "first");
  {
    using _second = live.show(() => "second");
    assertEquals(await shown(), ["second"]);
  }
  assertEquals(await shown(), ["first"]);
  live.end();
  live.refresh();
  assertEquals(await shown(), []);
});

Deno.test("LiveTerminal lets the work go on when the terminal has gone", () => {
  const live = new LiveTerminal({
    columns: () => 80,
    write: () => {
      throw new Deno.errors.BrokenPipe();
    },
  });
  using _line = live.show(() => "running 1");
  live.refresh();
});

Deno.test("fitting() makes one line of a text, of no more columns", () => {
  assertEquals(fitting("running 1", 80), "running 1");
  assertEquals(fitting("a\tb\nc \x1b[2K", 80), "a b c \\u001b[2K");
  for (let columns = 0; columns < 90; columns++) assert(unicodeWidth(fitting(LONG, columns)) <= columns);
});
