/** Texts of strangers, as a terminal shows them: escapes, line breaks and turned directions are shown as text, wherever they stand. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { folder, run, Running } from "./sequoia.ts";

/** Signs that move the cursor, colour, hide, turn around, ring, or set the title; and markup, which is only text here. */
const SIGNS = [
  ...["\x1b[2J", "\x1b[31m", "\x1b]0;title\x07", "\x1b[8m", "\x9b2J", "\r", "\n", "\t", "\b", "\x7f", "\x00"],
  ...[
    "\u202e",
    "\u200b",
    "\u2028",
    "\u2066",
    "\u{e0041}",
    "<script>alert(1)</script>",
    "%s %c",
    "\x1b(0",
    "\x1bc",
  ],
];
const hostile = fc.array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: "binary", maxLength: 3 })), {
  minLength: 3,
  maxLength: 8,
}).map((parts) => `<${parts.join("x")}>`.toWellFormed());
/** Arguments of a process cannot hold NUL. */
const argument = hostile.map((text) => text.replaceAll("\0", ""));

/** Signs that no output may have: all controls but the line's end, and what is never shown. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const HIDDEN = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udc7f]/;

interface Server extends AsyncDisposable {
  readonly url: string;
}

function failing(body: () => string): Server {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(body(), { status: 400 }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/f`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** @param lines how many lines it may have at most */
function assertShown(words: string, output: string, lines = Infinity): void {
  const found = CONTROLS.exec(output) ?? HIDDEN.exec(output);
  assertEquals(
    found === null,
    true,
    `${words} prints U+${found?.[0].charCodeAt(0).toString(16)}: ${JSON.stringify(output)}`,
  );
  assertEquals(output.trimEnd().split("\n").length <= lines, true, `${words} has too many lines: ${output}`);
}

Deno.test("no output of any command lets texts of strangers move the cursor, add a line or hide anything", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, argument, argument, async (reason, label, arg) => {
      await using server = failing(() => reason);
      await using options = await folder({
        "f.ts": `
import { chain, fn } from "sequoia";
const f = (name: string) => fn(name, { url: ${JSON.stringify(server.url)}, retry: { attempts: 1 } });
export default chain("c", ({ call }) => void call(f("f"), { args: { deep: ${JSON.stringify(arg)} } }));
`,
      });
      const shown = async (args: string[], lines?: number) => {
        const { stdout, stderr, code } = await run(args, options);
        assertShown(`sequoia ${args[0]} ${args[1] ?? ""}, stdout`, stdout, lines);
        assertShown(`sequoia ${args[0]} ${args[1] ?? ""}, stderr`, stderr);
        return { stdout, stderr, code };
      };
      const produced = await shown(
        ["produce", "f.ts", "--label", `k${label}=${label}`, "--arg", `a=${arg}`],
        1,
      );
      assertEquals(produced.code, 0, produced.stderr);
      const id = produced.stdout.trim();
      await shown(["queue", "pause", "--label", `k=${label}`], 1);
      await shown(["queue", "list"], 2);
      {
        await using consumer = new Running(["consume", "--heartbeat", "1s"], options);
        await consumer.says(/Chain c failed/);
        await shown(["queue", "status"]);
        consumer.signal("SIGTERM");
        const { stderr } = await consumer.ended;
        assertShown("sequoia consume", stderr);
      }
      await shown(["queue", "dead"], 2);
      await shown(["queue", "show", id]);
      await shown(["queue", "show", id, "--json"]);
      await shown(["queue", "settings"]);
      await shown(["queue", "cancel", "--label", `k=${label}`]);
      await shown(["queue", "resume", "--label", `k=${label}`], 2);
      await shown(["report", "run.json"]);
      await shown(["report", "run.json", "--csv"]);
      await shown(["report", "run.json", "--by", `k${label}`]);
      await shown(["workload", "f.ts"]);
      await shown(["queue", "policy", label.slice(0, 50)]);
      await shown(["consume", "--until-empty", "--policy", label]);
      await shown(["report", label]);
    }),
    { numRuns: 2, endOnFailure: true }, // a run takes twenty processes
  );
});
