/** The wrapper for functions in Python, in a real Python, tells a real collector. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { folder } from "../e2e/sequoia.ts";
import { Program } from "../program.ts";
import { testWith } from "../requirements.ts";
import { TestCollector, timingOf } from "./test_collector.ts";

const WRAPPER = fileURLToPath(new URL("../../lib/wrap/python/", import.meta.url));

/** The content of a line that a program has printed. */
async function answer(program: Program): Promise<Record<string, unknown>> {
  return JSON.parse(await program.line());
}

/** Runs Python with the wrapper and the collector's address at hand; what it says with `answer(…)` is a line. */
async function inPython(
  name: string,
  text: string,
  test: (program: Program, collector: TestCollector) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await testWith("python3", `the wrapper for Python ${name}`, async () => {
    await using collector = new TestCollector();
    const head = `import asyncio, base64, json, os, socket, sys, time
sys.path.insert(0, ${JSON.stringify(WRAPPER)})
sys.dont_write_bytecode = True
from sequoia_wrap import sequoia, tell
PORT = ${collector.port}
def event(id, port=PORT): return {"id": id, "name": "functionSide", "ip": "127.0.0.1", "port": port, "args": {"text": "a b"}}
def headers(id): return {"Idempotency-Key": id, "X-Sequoia-Collector": "127.0.0.1:%d" % PORT}
def answer(value): print(json.dumps(value), flush=True)
`;
    await using at = await folder({ "functions.py": head + text });
    await using program = new Program("python3", "functions.py", at.cwd, env);
    await test(program, collector);
  });
}

await inPython(
  "tells of a call what its event says, and leaves its result alone",
  `
@sequoia
def handler(event, context):
    time.sleep(0.02)
    return {"words": len(event["args"]["text"].split())}
answer(handler(event("01J/count"), None))
answer({"name": handler.__name__})
`,
  async (program, collector) => {
    assertEquals(await answer(program), { words: 2 });
    assertEquals(await answer(program), { name: "handler" });
    const { who, ms } = await collector.runOf("01J/count");
    assertEquals(who, "functionSide");
    assert(ms >= 19, `it ran for ${ms} ms`);
  },
);

await inPython(
  "finds the event in requests of gateways, of web actions and of objects, and adds how long it took",
  `
body = json.dumps(event("01J/a"))
@sequoia(name="thumb nail")
def handler(event):
    time.sleep(0.005)
    return {"statusCode": 200, "headers": {"server-timing": "db;dur=1"}, "body": "ok"}
answer(handler({"body": body}))
answer(handler({"body": base64.b64encode(body.replace("01J/a", "01J/b").encode()).decode(), "isBase64Encoded": True}))
answer(handler({"headers": headers("01J/c"), "body": "no JSON"}))
answer(handler({"__ow_headers": headers("01J/d"), "x": 1}))
class Request:
    def __init__(self, headers, body): self.headers, self.body = headers, body
    def get_body(self): return self.body.encode()
class Response:
    status_code = 200
    def __init__(self): self.headers = {}
@sequoia
def main(req): return Response()
found = event("01J/e")
sent = json.dumps(found)
answer(main(req=Request({"Content-Type": "application/json", "Content-Length": str(len(sent))}, sent)).headers)
`,
  async (program, collector) => {
    for (let i = 0; i < 4; i++) {
      const { headers, body } = await answer(program) as { headers: Record<string, string>; body: string };
      assertEquals(Object.keys(headers).length, 1);
      assert(timingOf(Object.values(headers)[0]) >= 4, JSON.stringify(headers));
      assertEquals(body, "ok");
    }
    assertMatch((await answer(program) as Record<string, string>)["Server-Timing"]!, /^function;dur=[\d.]+$/);
    for (const id of ["01J/a", "01J/b", "01J/c", "01J/d"]) {
      assertEquals((await collector.runOf(id)).who, "thumb_nail");
    }
    await collector.runOf("01J/e");
  },
);

await inPython(
  "tells of functions that fail or are asynchronous, and of blocks",
  `
@sequoia
def fails(event): raise KeyError("no")
try: fails(event("01J/fails"))
except KeyError as error: answer({"error": str(error)})
@sequoia
def ends(event): sys.exit(3)
try: ends(event("01J/ends"))
except SystemExit as error: answer({"code": error.code})
@sequoia
async def later(event):
    await asyncio.sleep(0.02)
    return {"ok": True}
answer(asyncio.run(later(event("01J/later"))))
with tell(event=event("01J/block"), name="block") as call:
    time.sleep(0.01)
    answer({"timing": call.timing})
call.end()
answer({})
`,
  async (program, collector) => {
    assertEquals(await answer(program), { error: "'no'" });
    assertEquals(await answer(program), { code: 3 });
    assertEquals(await answer(program), { ok: true });
    assert(timingOf((await answer(program)).timing as string) >= 9);
    await answer(program);
    for (const id of ["01J/fails", "01J/ends"]) await collector.runOf(id);
    assert((await collector.runOf("01J/later")).ms >= 19);
    assertEquals((await collector.runOf("01J/block")).who, "block");
    assertEquals(collector.lines.filter(({ id }) => id === "01J/block").length, 2, "it ends once");
  },
);

await inPython(
  "neither fails nor waits, whatever it is called with and whoever does not listen",
  `
@sequoia
def handler(*args, **kwargs): return "done"
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    refused = one.getsockname()[1]
full = socket.socket(); full.bind(("127.0.0.1", 0)); full.listen(0)
hung = [socket.socket() for _ in range(8)]
for one in hung:
    one.setblocking(False)
    one.connect_ex(full.getsockname())
class Odd:
    @property
    def headers(self): raise RuntimeError("odd")
odd = [(), (None,), (7, "x"), ([],), (Odd(),), ({"body": "{"},), ({"headers": 7},), ({"id": "a", "ip": 7, "port": "x"},),
    ({"id": {}, "ip": "127.0.0.1", "port": PORT},), ({"id": "a", "ip": "127.0.0.1", "port": 0},),
    ({"id": "x" * 100000, "ip": "127.0.0.1", "port": PORT},), ({"id": "a", "ip": "no.such.host.invalid", "port": 1},)]
answer({"done": [handler(*args) for args in odd].count("done") == len(odd)})
import sequoia_wrap
sequoia_wrap._AWAY_S = 3600
waits, wait = [], sequoia_wrap._Sent.wait
def counted(self, timeout_s):
    waits.append(timeout_s)
    return wait(self, timeout_s)
sequoia_wrap._Sent.wait = counted
ports = [refused, full.getsockname()[1]]
for port in ports:
    handler(event("x", port))
    while ("127.0.0.1", port) not in sequoia_wrap._away: time.sleep(0.01)
longest = max(waits)
waits.clear()
for i in range(200): handler(event("x/%d" % i, ports[i % 2]))
answer({"longest": longest, "later": len(waits)})
`,
  async (program, collector) => {
    assertEquals(await answer(program), { done: true });
    const { longest, later } = await answer(program) as { longest: number; later: number };
    assert(longest <= 0.05, `the first calls wait for ${longest} s`);
    assertEquals(later, 0, "calls wait for a collector that is known to be away");
    assertEquals(collector.lines, []);
  },
);

await inPython(
  "holds up no event loop: others run while a coroutine, or a function that one calls, waits for its last words",
  `
import threading, sequoia_wrap
sequoia_wrap._LAST_WORDS_S = 30
gate, ended = threading.Event(), []
class Held:
    def __enter__(self): return self
    def __exit__(self, *_): return False
    def sendall(self, line): ended.append(line)
def held(address, timeout):
    gate.wait(20)
    return Held()
sequoia_wrap.socket.create_connection = held
@sequoia
async def later(event): return 1
@sequoia
def plain(event): return 2
async def block(id):
    async with tell(event=event(id)): return 3
async def main():
    waiting = [asyncio.ensure_future(one) for one in (later(event("01J/a")), block("01J/b"))]
    for _ in range(100): await asyncio.sleep(0)
    answer({"waiting": [one.done() for one in waiting], "plain": plain(event("01J/c"))})
    gone = asyncio.ensure_future(later(event("01J/d")))
    await asyncio.sleep(0); await asyncio.sleep(0)
    gone.cancel()
    answer({"cancelled": [str(type(one).__name__) for one in await asyncio.gather(gone, return_exceptions=True)]})
    closed = later(event("01J/e"))
    closed.close()
    gate.set()
    answer(await asyncio.gather(*waiting))
asyncio.run(main())
plain(event("01J/f"))
answer(sorted(set(line.decode().split("-")[-1].strip() for line in ended if b"-end-" in line)))
`,
  async (program) => {
    assertEquals(await answer(program), { waiting: [false, false], plain: 2 });
    assertEquals(await answer(program), { cancelled: ["CancelledError"] });
    assertEquals(await answer(program) as unknown, [1, 3]);
    const ends = await answer(program) as unknown as string[];
    assert(["01J/a", "01J/b", "01J/f"].every((id) => ends.includes(id)), ends.join());
  },
);

await inPython(
  "keeps to the collector that it was given, and tells nobody where the call says so",
  `
other = dict(event("01J/a"), port=1)
@sequoia(collector="127.0.0.1:%d" % PORT)
def bound(event): return 1
@sequoia(collector=False)
def silent(event): return 2
@sequoia
def open_(event): return 3
answer([bound(other), silent(event("01J/silent")),
    open_(dict(event("01J/none"), headers={"X-Sequoia-Collector": "none", "Idempotency-Key": "01J/none"}))])
os.environ["SEQUOIA_COLLECTOR"] = "127.0.0.1:%d" % PORT
answer(open_(dict(event("01J/env\\nx"), port=1)))
`,
  async (program, collector) => {
    assertEquals(await answer(program) as unknown, [1, 2, 3]);
    assertEquals(await answer(program) as unknown, 3);
    await collector.runOf("01J/a");
    await collector.runOf("01J/env x");
    assertEquals(new Set(collector.lines.map(({ id }) => id)), new Set(["01J/a", "01J/env x"]));
  },
);
