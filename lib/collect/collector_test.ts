import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Clock, realClock } from "../model/mod.ts";
import type { TimedLine } from "../record/mod.ts";
import { CollectError, Collector, type CollectorOptions } from "./collector.ts";

const utf8 = new TextEncoder();

/** A collector on loopback, and the lines that it has received. */
function setUp(options: Partial<CollectorOptions> = {}) {
  const received: TimedLine[] = [];
  let awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  const collector = new Collector({
    hostname: "127.0.0.1",
    port: 0,
    clock: realClock,
    onLine(line) {
      received.push(line);
      if (received.length >= (awaited?.count ?? Infinity)) awaited!.resolve();
    },
    ...options,
  });
  /** Resolves when `count` lines have been received. */
  const receives = (count: number) =>
    new Promise<void>((resolve) => {
      awaited = { count, resolve };
      if (received.length >= count) resolve();
    });
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: collector.port });
  return { collector, received, receives, connect };
}

async function send(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = utf8.encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

Deno.test("Collector receives lines in whatever pieces they come, several over one connection", async () => {
  const { collector, received, receives, connect } = setUp();
  await using _collector = collector;
  using connection = await connect();
  for (const letter of "my-fn-start-1795424330.229898-01J/node-1\nmy-fn-end-1795424330.5-01J/node-1\n") {
    await send(connection, letter);
  }
  await receives(2);
  assertEquals(received, [
    { who: "my-fn", status: "start", atMs: 1795424330229.898, id: "01J/node-1" },
    { who: "my-fn", status: "end", atMs: 1795424330500, id: "01J/node-1" },
  ]);
});

Deno.test("Collector passes over garbage and a line of a megabyte, and counts what broke off", async () => {
  const { collector, received, receives, connect } = setUp();
  {
    using connection = await connect();
    const noise = crypto.getRandomValues(new Uint8Array(5000)).map((byte) => byte === 10 ? 11 : byte);
    await connection.write(noise);
    await send(connection, `\nGET / HTTP/1.1\r\n\r\n${"x".repeat(1_000_000)}\n`);
    await send(connection, "f-start-1795424330.1-a\nf-end-1795424330.2-a\nf-start-17954");
    await receives(2);
  }
  using another = await connect();
  await send(another, "f-start-1795424330.1-b\n");
  await receives(3);
  await collector[Symbol.asyncDispose]();
  assertEquals(received.map(({ id }) => id), ["a", "a", "b"]);
  assertEquals(collector.counts.unreadable, 4, "noise, a request, a megabyte, and what broke off");
});

Deno.test("Collector receives many senders at once, one line each, while some say nothing", async () => {
  const { collector, received, receives, connect } = setUp();
  await using _collector = collector;
  const silent = await Promise.all(Array.from({ length: 50 }, connect));
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      using connection = await connect();
      await send(connection, `f-start-1795424330.1-${round}/${i}\n`);
    }));
  }
  await receives(1000);
  assertEquals(new Set(received.map(({ id }) => id)).size, 1000);
  for (const connection of silent) connection.close();
});

Deno.test("Collector lets others wait when there are too many, and closes whoever has been silent the longest", async () => {
  const { collector, received, receives, connect } = setUp({ connections: 20 });
  await using _collector = collector;
  const silent = await Promise.all(Array.from({ length: 15 }, connect));
  await Promise.all(Array.from({ length: 500 }, async (_, i) => {
    using connection = await connect();
    await send(connection, `f-start-1795424330.1-a/${i}\n`);
  }));
  await receives(500);
  const more = await Promise.all(Array.from({ length: 20 }, connect));
  for (const [i, connection] of more.entries()) await send(connection, `f-start-1795424330.1-b/${i}\n`);
  await receives(520);
  for (const connection of silent) assertEquals(await ended(connection), true);
  assertEquals([collector.counts.open, new Set(received.map(({ id }) => id)).size], [20, 520]);
  for (const connection of [...silent, ...more]) connection.close();
});

Deno.test("Collector closes connections that have said nothing for a while", async () => {
  let nowMs = 0;
  const due: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    until: (atMs, signal) => realClock.until(atMs, signal),
    after: (_, callback) => {
      due.push(callback);
      return () => {};
    },
  };
  const { collector, receives, connect } = setUp({ clock, idleMs: 1000 });
  await using _collector = collector;
  using silent = await connect();
  await send(silent, "f-start-1795424330.1-a\n");
  await receives(1);
  nowMs = 600;
  using talking = await connect();
  await send(talking, "f-start-1795424330.1-b\n");
  await receives(2);
  nowMs = 1100;
  due.shift()!();
  assertEquals(await ended(silent), true);
  await send(talking, "f-end-1795424330.1-b\n");
  await receives(3);
  assertEquals([collector.counts.open, due.length], [1, 1]);
});

Deno.test("Collector ends at once, whoever is connected, and says why it cannot listen", async () => {
  const { collector, connect } = setUp();
  using connection = await connect();
  assertThrows(
    () => setUp({ port: collector.port }),
    CollectError,
    "the port is in use. End what listens there, or choose another port",
  );
  await collector[Symbol.asyncDispose]();
  assert(await ended(connection));
  await assertRejects(connect);
});

/** Whether the other side has ended a connection. */
async function ended(connection: Deno.Conn): Promise<boolean> {
  return await connection.read(new Uint8Array(1)).then((read) => read === null, () => true);
}
