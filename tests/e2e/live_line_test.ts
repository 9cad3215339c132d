/** The live line, in a pseudo-terminal. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../requirements.ts";
import { InTerminal } from "./pseudo_terminal.ts";
import { folder, run } from "./sequoia.ts";

const NAME = "a_function_that_nobody_serves_with_a_name_longer_than_any_terminal_of_eighty_columns";
const UNSERVED = `import { chain, fn } from "sequoia";
const f = fn("${NAME}", { run: () => 1 });
export default chain("one", ({ call }) => { call(f); });`;
const LOUD = `import { chain, fn } from "sequoia";
const f = fn("f", { run: (event) => { console.log("said %s", event.instance); } });
export default chain("loud", ({ call }) => { call(f); });`;

const CONSUME = ["consume", "--out", "none", "--log-level", "error"];
/** The beginning of each drawing of the line. */
const DRAWN = "\x1b[?7l";

const SHOWN = [
  [80, /^. nobody serves a_function_that.*…$/],
  [20, /^. nobody serves a_…$/],
  [1, /^$/],
] as const;

for (const [columns, line] of SHOWN) {
  await testWith(
    "script",
    `sequoia consume keeps its line in one of ${columns} columns, and clears it at ^C`,
    async () => {
      await using at = await folder({ "w.ts": UNSERVED });
      await run(["produce", "w.ts", "--count", "3"], at);
      await using terminal = new InTerminal(CONSUME, { ...at, columns });
      await terminal.writes(DRAWN, 20);
      const device = Math.ceil(terminal.text.indexOf("\r\n") / columns);
      assert(terminal.lines.length <= device + 1, terminal.lines.join("\n"));
      assertMatch(terminal.lines[device] ?? "", line);
      await terminal.press("\x03");
      assertEquals(await terminal.ended(), 130);
      const [, after = ""] = terminal.lines.join("").replaceAll(" ", "").split("/dev/pts/");
      assertMatch(after, /^\d+Ending:whatisinflightends,nothingnewstarts\.\^Concemorestopsatonce\.$/);
    },
  );
}

await testWith(
  "script",
  "sequoia consume leaves nothing of its line behind as its terminal is resized",
  async () => {
    await using at = await folder({ "w.ts": UNSERVED });
    await run(["produce", "w.ts"], at);
    await using terminal = new InTerminal(CONSUME, { ...at, columns: 80 });
    await terminal.shows(/nobody serves/);
    for (const columns of [60, 33, 12, 100, 25]) {
      await terminal.resize(columns);
      await terminal.writes(DRAWN, 3);
    }
    assertEquals(terminal.lines.length, 2, terminal.lines.join("\n"));
  },
);

await testWith(
  "script",
  "sequoia functions writes its log and the console of bodies above its line",
  async () => {
    await using at = await folder({ "w.ts": LOUD });
    await run(["produce", "w.ts", "--burst", "30", "--count", "30"], at);
    await using terminal = new InTerminal(["functions", "w.ts", "--listen", "127.0.0.1:0"], {
      ...at,
      columns: 60,
    });
    await terminal.shows(/Serving the local platform at http:\S+\d/);
    const [, address] = /http:\/\/(127.0.0.1:\d+)/.exec(terminal.lines.join(""))!;
    await run(["consume", "--until-empty", "--out", "none", "--local", address!], at);
    await terminal.shows(/served 30/);
    const said = terminal.lines.filter((line) => line.includes("said"));
    assertEquals(said.length, 30, terminal.lines.join("\n"));
    for (const line of said) assertMatch(line, /^said [0-9A-Z]{26}$/);
    assertMatch(terminal.lines.at(-1)!, /^. running 0, queued 0, served 30/);
    await terminal.press("\x03");
    await terminal.ended();
    assertMatch(terminal.lines.at(-1)!, /^Served 30, refused 0/);
  },
);

await testWith(
  "script",
  "sequoia consume says that it is paused before all else, and what the queue sets",
  async () => {
    await using at = await folder({ "w.ts": UNSERVED });
    await run(["queue", "pause", "--all"], at);
    await run(["queue", "limit", "7"], at);
    await run(["produce", "w.ts", "--count", "3"], at);
    await using terminal = new InTerminal(CONSUME, { ...at, columns: 120 });
    await terminal.shows(/. paused: everything; running 0 of 7, ready 3; .*; set by the queue: limit 7$/);
  },
);

await testWith(
  "script",
  "sequoia consume says that it waits for the queue while another process locks the file, and goes on after that",
  async () => {
    await using at = await folder({ "w.ts": UNSERVED });
    await run(["produce", "w.ts", "--count", "3"], at);
    await using terminal = new InTerminal(CONSUME, { ...at, columns: 120 });
    await terminal.shows(/. nobody serves/);
    using file = new DatabaseSync(join(at.cwd, ".sequoia", "queue.db"));
    file.exec("PRAGMA busy_timeout = 60000; BEGIN EXCLUSIVE");
    await terminal.shows(/. waiting for the queue/);
    file.exec("ROLLBACK");
    await terminal.shows(/. nobody serves/);
    await terminal.press("\x03");
    assertEquals(await terminal.ended(), 130);
  },
);
