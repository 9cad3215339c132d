import { assertEquals, assertRejects } from "@std/assert";
import { TestClock } from "../../../tests/queue/test_clock.ts";
import { TooLargeError } from "../calls/body.ts";
import { LateBodyError, NoRoomError, RequestBodies } from "./request_bodies.ts";

/** A request whose body comes as the test sends it, and its announced length. */
function sending(announced?: number) {
  let output!: ReadableStreamDefaultController<Uint8Array>;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (output = controller),
    cancel: () => void (isCancelled = true),
  });
  const headers = new Headers(announced === undefined ? {} : { "content-length": String(announced) });
  return {
    request: new Request("http://127.0.0.1/f/x", { method: "POST", body, headers }),
    send: (text: string) => output.enqueue(new TextEncoder().encode(text)),
    end: () => output.close(),
    isCancelled: () => isCancelled,
  };
}

for (const announced of [7, 200_000, undefined]) {
  Deno.test(`RequestBodies.read() reads a body of which ${announced ?? "no length"} is announced, and holds nothing of it then`, async () => {
    const bodies = new RequestBodies({ clock: new TestClock() });
    const body = sending(announced);
    const text = bodies.read(body.request, 1_000_000);
    const sent = announced === 200_000 ? "ü".repeat(100_000) : '{"ü":1}';
    body.send(sent.slice(0, 3));
    body.send(sent.slice(3));
    body.end();
    assertEquals(await text, sent);
    assertEquals(bodies.held, 0);
  });

  Deno.test(`RequestBodies.read() waits 30 s for a body of which ${announced ?? "no length"} is announced, and lets it go`, async () => {
    const clock = new TestClock();
    const bodies = new RequestBodies({ clock });
    const body = sending(announced);
    const text = bodies.read(body.request, 1_000_000);
    body.send("{");
    const startMs = clock.nowMs();
    await assertRejects(() => clock.wait(text), LateBodyError, "had not come within 30000 ms");
    assertEquals(clock.nowMs() - startMs, 30_000);
    if (announced !== 7) assertEquals([body.isCancelled(), bodies.held], [true, 0]);
  });
}

Deno.test("RequestBodies.read() takes no more than allowed, whatever is announced", async () => {
  const bodies = new RequestBodies({ clock: new TestClock() });
  const honest = sending(1001);
  await assertRejects(() => bodies.read(honest.request, 1000), TooLargeError);
  const silent = sending();
  const text = bodies.read(silent.request, 1000);
  silent.send("x".repeat(1001));
  await assertRejects(() => text, TooLargeError, "longer than 1000 bytes");
  assertEquals([honest.isCancelled(), silent.isCancelled(), bodies.held], [true, true, 0]);
});

Deno.test("RequestBodies.read() holds what has come, not what is announced, and refuses what all together exceed", async () => {
  const bodies = new RequestBodies({ clock: new TestClock(), mostHeld: 300_000 });
  const open = Array.from({ length: 300 }, () => sending(6_000_000));
  const texts = open.map(({ request }) => bodies.read(request, 10_000_000));
  for (const { send } of open) send("x".repeat(900));
  const last = sending(6_000_000);
  const refused = bodies.read(last.request, 10_000_000);
  const small = sending(20_000), whole = bodies.read(small.request, 10_000_000);
  small.send("x".repeat(20_000));
  small.end();
  assertEquals((await whole).length, 20_000);
  assertEquals(bodies.held, 270_000);
  last.send("x".repeat(60_000));
  await assertRejects(() => refused, NoRoomError, "too many large requests are being sent");
  assertEquals([last.isCancelled(), bodies.held], [true, 270_000]);
  for (const { end } of open) end();
  assertEquals((await Promise.all(texts)).map(({ length }) => length), new Array(300).fill(900));
  assertEquals(bodies.held, 0);
});
