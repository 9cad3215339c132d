/** The effect of a limit above the platform's on policies, on the real clock, judged by the log of a function server. */
import { assert, assertEquals } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const AT_ONCE = 20;
/** Long beside what a busy machine adds: the consumer takes time of its own machine for no sign of a full server. */
const CALL_MS = 200;
const BULK = 600;
const URGENT = 15;

interface Seen {
  readonly function: string;
  readonly refused: boolean;
  /** Calls that ran or waited here when it came, itself included. */
  readonly here: number;
}

/** Functions with a limit of their own; calls beyond it are refused, or wait. */
function server(queues: boolean) {
  const seen: Seen[] = [], waiting: (() => void)[] = [];
  let here = 0;
  const leave = () => {
    here--;
    waiting.shift()?.();
  };
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.body?.cancel();
    const refused = !queues && here >= AT_ONCE;
    if (!refused) here++;
    seen.push({ function: new URL(request.url).pathname.slice(1), refused, here: here + (refused ? 1 : 0) });
    if (refused) return new Response("too many", { status: 429 });
    if (here > AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    return await new Promise<Response>((resolve) =>
      setTimeout(() => {
        leave();
        resolve(Response.json(1));
      }, CALL_MS)
    );
  });
  return {
    url: `http://127.0.0.1:${http.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
}

const workload = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const bulk = fn("bulk", { url: "${url}/bulk" }), urgent = fn("urgent", { url: "${url}/urgent" });
export default workload({ chains: [
  { chain: chain("bulk", ({ call }) => { call(bulk); }), priority: 5 },
  { chain: chain("urgent", ({ call }) => { const first = call(urgent); call(urgent, { after: first, name: "second" }); }), priority: 0 },
] });`;

/** The calls that the server saw of bulk that was queued first, and urgent chains behind it, under a limit far above its own. */
async function consumed(queues: boolean): Promise<readonly Seen[]> {
  await using functions = server(queues);
  await using at = await folder({ "work.ts": workload(functions.url) });
  const allowed = ["--allow-url", `${functions.url}/*`];
  await run(["produce", "work.ts", "--chain", "bulk", "--burst", String(BULK)], at);
  await run(["produce", "work.ts", "--chain", "urgent", "--burst", String(URGENT)], at);
  const consume = [
    "consume",
    "--policy",
    "strict-priority",
    "--limit",
    "1000",
    "--until-empty",
    "--out",
    "none",
  ];
  const { completed, failed } = await runJson([...consume, ...allowed], at) as Record<string, number>;
  assertEquals([completed, failed], [BULK + URGENT, 0]);
  return [...functions.seen];
}

Deno.test("sequoia consume --limit 1000 finds out that a server takes 20, and puts urgent chains first", async () => {
  const seen = await consumed(false);
  const refused = seen.filter((call) => call.refused).length;
  assert(refused <= 0.15 * seen.length, `${refused} of ${seen.length} calls were refused`);
  const last = seen.findLastIndex((call) => call.function === "urgent" && !call.refused);
  const before = seen.slice(0, last).filter((call) => call.function === "bulk" && !call.refused).length;
  assert(before <= BULK / 4, `${before} of ${BULK} went before the last of the urgent ones`);
});

Deno.test("sequoia consume --limit 1000 finds out that a server queues beyond 20, and lets calls wait here", async () => {
  const seen = await consumed(true);
  const late = seen.slice(seen.length / 2).map(({ here }) => here).sort((a, b) => a - b);
  const most = late[Math.floor(0.9 * late.length)]!;
  assert(most <= 4 * AT_ONCE, `${most} of its calls were at the server at once`);
});
