/** The log of `sequoia consume`, with real processes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../requirements.ts";
import { functions } from "./functions.ts";
import { InTerminal } from "./pseudo_terminal.ts";
import { folder, run, Running } from "./sequoia.ts";

/** A line of a JSON log. */
interface Line {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly event?: string;
  readonly [field: string]: unknown;
}

function linesOf(stderr: string): Line[] {
  return stderr.trim().split("\n").map((line) => JSON.parse(line));
}

/** A workload: a chain of one function, which is called once. */
const order = (url: string) =>
  `import { chain, fn } from "sequoia";
const resize = fn("resize", { url: "${url}", retry: { attempts: 1 } });
export default chain("order", ({ call }) => void call(resize));`;

/** A function that answers all calls with an error. */
function failing() {
  const error = "no disk, see https://logs.example/1?token=secret";
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ error }, { status: 500 }),
  );
}

Deno.test("consume tells failed calls and chains in few lines, as text and as JSON", async () => {
  await using server = failing();
  await using at = await folder({
    "order.ts": order(`http://127.0.0.1:${server.addr.port}/?key=secret`),
  });
  const load = ["produce", "order.ts", "--burst", "500", "--count", "500", "--out", "none"];
  const consume = ["consume", "--until-empty", "--out", "none"];
  assertEquals((await run(load, at)).code, 0);
  const { stderr } = await run([...consume, "--log-format", "json"], at);
  const lines = linesOf(stderr);
  assert(!stderr.includes("secret"), stderr);
  for (const { time } of lines) assertEquals(new Date(time).toISOString(), time);
  assertEquals([lines[0]!.event, lines.at(-1)!.event, lines.at(-1)!["failed"]], ["started", "ended", 500]);
  const parts = [["calls-failed", "WARN"], ["chains-failed", "ERROR"]] as const;
  for (const [event, level] of parts) {
    const those = lines.filter((line) => line.event === event);
    assert(those.length <= 5, stderr);
    assertEquals(those.reduce((sum, { count }) => sum + Number(count), 0), 500);
    assertEquals([those[0]!.level, those[0]!["chain"]], [level, "order"]);
    assertMatch(String(those[0]!["reason"]), /answered with status 500: no disk/);
    assertMatch(String(those[0]!["instance"]), /^[0-9A-Z]{26}$/);
  }
  const [call] = lines.filter(({ event }) => event === "calls-failed");
  assertEquals([call!["function"], call!["status"]], ["resize", 500]);
  assertEquals((await run(load, at)).code, 0);
  const text = (await run(consume, at)).stderr;
  assertMatch(
    text,
    /^warn: Function resize failed \d+ times: answered with status 500: .* \(first instance \w+\)$/m,
  );
  assertMatch(text, /^error: Chain order failed \d+ times: node resize: .* \(first instance \w+\)$/m);
});

Deno.test("consume tells pauses, settings, and consumers that join, leave and are killed", async () => {
  await using at = await folder();
  const consumer = () => new Running(["consume", "--out", "none", "--log-format", "json"], at);
  await run(["queue", "pause", "--function", "pay"], at);
  await using first = consumer();
  await first.says(/"event":"started"/);
  await first.says(/"event":"paused","count":1,"pauses":\["function pay"\]/);
  await run(["queue", "resume", "--function", "pay"], at);
  await first.says(/"event":"resumed","count":1,"pauses":\["function pay"\]/);
  await run(["queue", "limit", "7"], at);
  await first.says(/"event":"setting-changed","setting":"limit","value":"7"/);
  const others = (event: string, { pid }: Running, all: number) =>
    new RegExp(`"event":"consumers-${event}","count":1,"consumers":\\["\\S+ ${pid}"\\],"all":${all}`);
  await using second = consumer();
  await Promise.all([first.says(others("joined", second, 2)), second.says(others("joined", first, 2))]);
  second.signal("SIGKILL");
  await first.says(others("lost", second, 1));
  await using third = consumer();
  await first.says(others("joined", third, 2));
  third.signal("SIGTERM");
  await first.says(others("left", third, 1));
  assertEquals((await third.ended).code, 0);
  first.signal("SIGTERM");
  const { code, stderr } = await first.ended;
  assertEquals([code, linesOf(stderr).at(-1)!.event], [0, "ended"]);
});

Deno.test("consume --heartbeat tells how it gets on, and that it ends", async () => {
  await using calls = functions();
  await using at = await folder({ "order.ts": order(calls.url) });
  await run(["produce", "order.ts", "--burst", "3", "--count", "3", "--out", "none"], at);
  const consume = ["consume", "--limit", "2,fixed", "--heartbeat", "1s", "--out", "none"];
  await using consumer = new Running([...consume, "--log-format", "json"], at);
  const figures =
    '"running":2,"limit":2,"ready":1,"retrying":0,"queued":\\d+,"calls":0,"completed":0,.*"callsPerS":0,';
  await consumer.says(new RegExp(`"event":"heartbeat",${figures}`));
  consumer.signal("SIGTERM");
  await consumer.says(/"message":"Ending; running 2 of .*"event":"heartbeat",.*"obstacles":\["ending"\]/);
  for (const key of calls.keys()) calls.answer(key);
  const { code, stderr } = await consumer.ended;
  const lines = linesOf(stderr);
  assertEquals([code, lines.at(-1)!.event, lines.at(-1)!["completed"]], [0, "ended", 2]);
});

await testWith("script", "consume writes its log above the live line of a terminal", async () => {
  await using server = failing();
  await using at = await folder({ "order.ts": order(`http://127.0.0.1:${server.addr.port}/`) });
  await run(["produce", "order.ts", "--burst", "300", "--count", "300", "--out", "none"], at);
  await using terminal = new InTerminal(["consume", "--out", "none", "--heartbeat", "1s"], {
    ...at,
    columns: 250,
  });
  await terminal.shows(
    /Chain order failed(.|\n)*\nRunning 0 of \d+; in 1s (.|\n)*\n. running 0 of \d+; completed 0, failed 300$/,
  );
  const [, , ...lines] = terminal.lines;
  for (const line of lines.slice(0, -1)) {
    assertMatch(
      line,
      /^(warn: Function resize failed|error: Chain order failed|(Paused|R.*;)* ?[Rr]unning \d+ of)/,
    );
  }
  await terminal.press("\x03");
  await terminal.ended();
});
