import { assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { receiver } from "../../tests/e2e/receiver.ts";
import { chain, fn, realClock } from "../model/mod.ts";
import { submit } from "../produce/mod.ts";
import { memoryQueue } from "../queue/mod.ts";
import { openConsumer } from "./mod.ts";

const SECRET = `whsec_${btoa("s".repeat(32))}`;

Deno.test("openConsumer() delivers callbacks if it is told to, and leaves them to others if not", async () => {
  await using ends = receiver(() => 204);
  const key = await Deno.makeTempFile();
  await Deno.writeTextFile(key, SECRET);
  await using queue = memoryQueue({ clock: realClock });
  const dead = chain("dead", ({ call }) => void call(fn("no", { url: "http://127.0.0.1:1/", attempts: 1 })));
  const consume = async (callbacks?: { readonly secret: string }) => {
    await using consumer = await openConsumer({ queue, untilEmpty: true, ...callbacks && { callbacks } });
    await consumer.run();
  };
  try {
    await submit(queue, dead, { id: "a", callback: ends.url });
    await consume();
    assertEquals(await queue.callbackCounts(), { waiting: 1, givenUp: 0 });
    await submit(queue, dead, { id: "b", callback: { url: ends.url, on: ["failed"] } });
    await consume({ secret: `file:${key}` });
    assertEquals(await queue.callbackCounts(), { waiting: 0, givenUp: 0 });
    const told = ends.posts.map(({ body, headers }) => new Webhook(SECRET).verify(body, headers));
    assertEquals((told as { data: { id: string } }[]).map(({ data }) => data.id).sort(), ["a", "b"]);
  } finally {
    await Deno.remove(key);
  }
});
