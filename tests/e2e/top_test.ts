/** `sequoia top`, in a pseudo-terminal and without one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LiveView } from "../../lib/live/mod.ts";
import { testWith } from "../requirements.ts";
import { functions } from "./functions.ts";
import { InTerminal } from "./pseudo_terminal.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db"];
/** Begins and ends the screen of a program of its own. */
const [ENTERED, LEFT] = ["\x1b[?1049h", "\x1b[?1049l"];

/** A queue with a consumer whose calls of a function are not answered; names hold what would move a terminal's cursor. */
async function busy(url: string) {
  await using stack = new AsyncDisposableStack();
  const at = stack.use(
    await folder({
      "w.ts": `import { chain, fn } from "sequoia";
export default chain("image", ({ call }) => void call(fn("resize", { url: "${url}" })));`,
    }),
  );
  const labels = ["--label", "tenant=\x1b[31mred\x1b[0m"];
  await run(["produce", "w.ts", "--burst", "3", "--count", "3", ...labels, ...QUEUE, "--out", "none"], at);
  stack.use(
    new Running(["consume", "--limit", "2", "--metrics-label", "tenant", ...QUEUE, "--out", "none"], at),
  );
  const scope = stack.move();
  return { ...at, [Symbol.asyncDispose]: () => scope.disposeAsync() };
}

await testWith(
  "script",
  "sequoia top draws the queue in place, switches, sorts, and leaves the terminal as it was",
  async () => {
    await using calls = functions();
    await using at = await busy(calls.url);
    await calls.until(() => calls.seen.length === 2);
    await using terminal = new InTerminal(["top", ...QUEUE], { cwd: at.cwd, columns: 80 });
    await terminal.shows(/in flight 2 of 2 {2}ready 1 {2}queued 0/);
    await terminal.shows(/^image +2 +1 /m);
    await terminal.press("f");
    await terminal.shows(/^resize +2 +1 /m);
    await terminal.press("l");
    await terminal.shows(/^\\u001b\[31mred\\u001b\[0m +2 +1 /m);
    assert(!terminal.text.includes("\x1b[31m"), "a label's value draws nothing");
    await terminal.press("s");
    await terminal.shows(/s sort \(calls\/s\)/);
    await terminal.writes("\x1b[H", 2); // it draws again by itself
    assertEquals(terminal.lines.length, 24);
    await terminal.resize(30);
    await terminal.shows(/^in flight 2 of 2 {2}ready 1 {2}qu…/m);
    await terminal.press("q");
    assertEquals(await terminal.ended(), 0);
    assertEquals([terminal.text.split(ENTERED).length, terminal.text.split(LEFT).length], [2, 2]);
    assert(terminal.text.trimEnd().endsWith(LEFT));
  },
);

await testWith("script", "sequoia top leaves the terminal as it was when it is interrupted", async () => {
  await using at = await folder();
  await run(["queue", "pause", "--function", "pay", ...QUEUE], at);
  await using terminal = new InTerminal(["top", ...QUEUE], { cwd: at.cwd, columns: 80 });
  await terminal.shows(/Paused: function pay/);
  await terminal.press("\x03");
  assertEquals(await terminal.ended(), 130);
  assert(terminal.text.includes(LEFT));
});

Deno.test("sequoia top prints the state once where there is no terminal, and all of it as JSON", async () => {
  await using calls = functions();
  await using at = await busy(calls.url);
  await calls.until(() => calls.seen.length === 2);
  let view: LiveView;
  do view = await runJson(["top", ...QUEUE], at) as LiveView; while (view.inFlight < 2);
  assertEquals([view.limit, view.depth.running, view.byLabel!.label], [2, 3, "tenant"]);
  const { stdout, code } = await run(["top", ...QUEUE], at);
  assertEquals(code, 0);
  assertMatch(stdout, /^sqlite:queue\.db {2}1 consumer\nin flight 2 of 2 {2}ready 1/);
  assertMatch(stdout, /\nimage +2 +1 /);
  assert(!stdout.includes("\x1b"));
});

Deno.test("sequoia top says that there is no queue", async () => {
  await using at = await folder();
  const { code, stderr } = await run(["top", ...QUEUE], at);
  assertEquals(code, 1);
  assertMatch(stderr, /queue\.db/);
});
