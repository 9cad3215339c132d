import { assert, assertEquals } from "@std/assert";
import { pause, TestCollector } from "../../tests/wrap/test_collector.ts";
import { parseAddress } from "./address.ts";
import { lineOf } from "./line.ts";
import { sequoia } from "./lambda.ts";
import { parseTimedLine } from "../record/mod.ts";

const event = (id: string, port: number) => ({ id, name: "f", ip: "127.0.0.1", port });
const work = (_event: unknown) => Promise.resolve("done");

function refusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** An answer waits at most this long for the collector, in milliseconds. */
const LAST_WORDS_MS = 50;

/** Makes some calls one after the other. @returns how many of them have waited for as long as an answer may */
async function lateOf(calls: number, call: (i: number) => Promise<unknown>): Promise<number> {
  const { setTimeout } = globalThis;
  let late = 0;
  const counting = (callback: () => void, ms: number) =>
    setTimeout(() => {
      if (ms === LAST_WORDS_MS) late++;
      callback();
    }, ms);
  globalThis.setTimeout = counting as typeof setTimeout;
  try {
    for (let i = 0; i < calls; i++) await call(i);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  return late;
}

Deno.test("a wrapped function neither fails nor waits while nobody listens", async () => {
  const port = refusedPort();
  const handler = sequoia(work);
  const late = await lateOf(200, async (i) => assertEquals(await handler(event(`a/${i}`, port)), "done"));
  assert(late < 200 / 4, `${late} of 200 calls waited`);
});

Deno.test("a wrapped function waits once only for a collector that hangs", async () => {
  using hangs = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = hangs.addr as Deno.NetAddr;
  const waiting: Deno.Conn[] = [];
  for (let isFull = false; !isFull;) { // nobody accepts, so at some point nobody gets in any more
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), 300);
    const connecting = Deno.connect({ hostname: "127.0.0.1", port });
    const connection = await Promise.race([connecting, late.promise]);
    clearTimeout(timer);
    if (connection === undefined) {
      isFull = true;
      connecting.then((late) => late.close(), () => {});
    } else waiting.push(connection);
  }
  const handler = sequoia(work);
  await handler(event("first", port));
  await pause(300);
  const late = await lateOf(200, (i) => handler(event(`b/${i}`, port)));
  assert(late < 200 / 4, `${late} of 200 calls waited`);
  for (const connection of waiting) connection.close();
});

Deno.test("a wrapped function speaks over a new connection if its own has been closed meanwhile", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const firstClosed = Promise.withResolvers<void>();
  const handler = sequoia(async (_event: unknown) => {
    await firstClosed.promise;
    await pause(50); // until it has been heard of here
  });
  const running = handler(event("a", port));
  const first = await listener.accept();
  await first.read(new Uint8Array(100));
  first.close();
  firstClosed.resolve();
  const second = await listener.accept();
  await running;
  const bytes = new Uint8Array(100), read = await second.read(bytes);
  assertEquals(parseTimedLine(new TextDecoder().decode(bytes.subarray(0, read!)))?.status, "end");
  second.close();
});

Deno.test("a wrapped function keeps to the collector that it was given, whatever calls say", async () => {
  await using collector = new TestCollector();
  await using other = new TestCollector();
  await sequoia(work, { collector: collector.address, name: "resize" })(event("a", other.port));
  assertEquals((await collector.runOf("a")).who, "resize");
  await sequoia(work, { collector: false })(event("b", other.port));
  Deno.env.set("SEQUOIA_COLLECTOR", collector.address);
  try {
    await sequoia(work)(event("c", other.port));
  } finally {
    Deno.env.delete("SEQUOIA_COLLECTOR");
  }
  await collector.runOf("c");
  await sequoia(work)(event("d", 0));
  await sequoia(work)({ args: {} });
  assertEquals([other.lines.length, collector.lines.length], [0, 4]);
});

Deno.test("a wrapped function tells nobody where the headers of its call say none, whatever its event says", async () => {
  await using collector = new TestCollector();
  const headers = { "Idempotency-Key": "01J/none", "X-Sequoia-Collector": "none" };
  await sequoia(work)({ headers, ...collector.event("01J/none") } as unknown as ReturnType<typeof event>);
  await sequoia(work)(collector.event("01J/some") as unknown as ReturnType<typeof event>);
  await collector.runOf("01J/some");
  assertEquals(new Set(collector.lines.map(({ id }) => id)), new Set(["01J/some"]));
});

Deno.test("lineOf() says one line, whatever name and id are", () => {
  const read = (name: string, id: string) => {
    const line = lineOf(name, "start", 1795424330229.8984, id)!;
    assertEquals(line.split("\n").length, 2);
    return parseTimedLine(line);
  };
  assertEquals(read("f", "01J/a-b"), { who: "f", status: "start", atMs: 1795424330229.898, id: "01J/a-b" });
  assertEquals(read("my fn\n", "a\nf-end-1795424330-b")?.who, "my_fn_");
  assertEquals(read("", "a")?.who, "functionSide");
  assertEquals(read("x".repeat(500), "a")?.who.length, 128);
  assertEquals([lineOf("f", "end", 0, ""), lineOf("f", "end", 0, "x".repeat(6000))], [undefined, undefined]);
});

Deno.test("parseAddress() reads host and port, and nothing else", () => {
  assertEquals(parseAddress("collector.internal:10000"), { host: "collector.internal", port: 10_000 });
  assertEquals(parseAddress("[fd00::1]:80"), { host: "fd00::1", port: 80 });
  for (const text of ["", "host", "host:0", "host:70000", "http://host:80", "a:b:80", undefined]) {
    assertEquals(parseAddress(text), undefined);
  }
});
