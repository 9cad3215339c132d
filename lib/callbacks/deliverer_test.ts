import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Callback, chain, fn, instanceMaker, type JsonText, NULL, seededRandom } from "../model/mod.ts";
import { MemoryQueue, type QueueDriver } from "../queue/mod.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { callbackBody } from "./body.ts";
import { Deliverer, GIVE_UP_MS } from "./deliverer.ts";

const SECRET = `whsec_${btoa("k".repeat(32))}`;
const c = chain("hello", ({ call }) => void call(fn("greet")));
const NEVER = new AbortController().signal;

interface Posted {
  readonly url: string;
  readonly id: string;
  readonly atMs: number;
  readonly timestamp: number;
  readonly body: string;
}

/** Answers a post: its status, after a while, or an error. */
type Receiver = (post: Posted, count: number) => number | Error | {
  readonly status: number;
  readonly retryAfterMs?: number;
  readonly afterMs?: number;
};

/** Ended instances with callbacks, and a deliverer with a receiver in virtual time. */
async function scene(
  callbacks: readonly Callback[],
  receiver: Receiver,
  secret: string | undefined = "env:KEY",
) {
  const clock = new VirtualClock({ patienceMs: 10 * GIVE_UP_MS });
  const queue: QueueDriver = new MemoryQueue({ clock, keepMs: Infinity }).open();
  const posts: Posted[] = [], notes: string[] = [];
  const make = instanceMaker(seededRandom("deliverer"));
  const nowMs = clock.wallMs();
  await queue.push(callbacks.map((callback) => make({ chain: c, callback }, nowMs)));
  const claims = await queue.pull(callbacks.length, NEVER);
  await queue.finish(claims.map(({ instance: { id } }) => ({
    ...{ instanceId: id, outcome: "completed" as const, records: [], endedAtMs: nowMs, output: NULL },
  })));
  const deliverer = new Deliverer({
    ...{ outbox: queue, clock, random: seededRandom(1), onNote: (words: string) => notes.push(words) },
    ...secret !== "" && { secret },
    poster: {
      secretOf: (name) =>
        name === "env:KEY" ? Promise.resolve(SECRET) : Promise.reject(new Error(`secret-refused: ${name}`)),
      async post({ url, headers, body, stop }) {
        const id = headers["webhook-id"]!, timestamp = Number(headers["webhook-timestamp"]);
        const post = { url, id, timestamp, body, atMs: clock.wallMs() };
        posts.push(post);
        const answer = receiver(post, posts.filter((each) => each.id === id).length);
        if (answer instanceof Error) throw answer;
        if (typeof answer === "number") return { status: answer, explanation: "" };
        await clock.until(clock.nowMs() + (answer.afterMs ?? 0), stop);
        if (stop.aborted) throw new Error("it was stopped");
        return { explanation: "no room", ...answer };
      },
    },
  });
  return {
    ...{ clock, queue, posts, notes, deliverer },
    /** Delivers for a while, in milliseconds. */
    async deliver(ms: number) {
      const drain = new AbortController();
      await clock.run((async () => {
        const running = deliverer.run(drain.signal, NEVER);
        await clock.until(clock.nowMs() + ms);
        drain.abort();
        await running;
      })());
    },
  };
}

const URL = "https://a.example/ends";

Deno.test("Deliverer delivers each end once if it is taken, signed at the time of the attempt", async () => {
  const { deliver, posts, deliverer, clock, queue } = await scene([{ url: URL }, { url: URL }], () => 204);
  await deliver(60_000);
  assertEquals(posts.length, 2);
  assertEquals(new Set(posts.map(({ id }) => id)).size, 2);
  for (const { atMs, timestamp } of posts) assertEquals(timestamp, Math.floor(atMs / 1000));
  assertEquals(deliverer.counts, { delivered: 2, failed: 0, givenUp: 0 });
  assertEquals(await clock.run(queue.callbackCounts()), { waiting: 0, givenUp: 0 });
});

Deno.test("Deliverer tries again under the same id and with the same body, with growing waits", async () => {
  const { deliver, posts, notes, deliverer } = await scene(
    [{ url: URL }],
    (_, count) => count < 8 ? 500 : 200,
  );
  await deliver(GIVE_UP_MS / 2);
  assertEquals(posts.length, 8);
  assertEquals(new Set(posts.map(({ id, body }) => `${id} ${body}`)).size, 1);
  for (let i = 1; i < posts.length; i++) {
    const waitMs = posts[i]!.atMs - posts[i - 1]!.atMs;
    assert(waitMs >= 250 && waitMs <= 5000 * 2 ** (i - 1) + 1, `${waitMs} before attempt ${i + 1}`);
    assertEquals(posts[i]!.timestamp, Math.floor(posts[i]!.atMs / 1000));
  }
  assertEquals(deliverer.counts, { delivered: 1, failed: 7, givenUp: 0 });
  assertMatch(
    notes[0]!,
    /A callback to https:\/\/a\.example failed, and is tried again: answered with status 500/,
  );
  assert(notes.length <= 8);
});

Deno.test("Deliverer waits as long as a receiver asks", async () => {
  const answers: Receiver = (_, count) => count === 1 ? { status: 429, retryAfterMs: 90_000 } : 200;
  const { deliver, posts } = await scene([{ url: URL }], answers);
  await deliver(GIVE_UP_MS / 2);
  assertEquals(posts[1]!.atMs - posts[0]!.atMs, 90_000);
});

Deno.test("Deliverer gives a callback up after a day, and at once if the receiver is gone", async () => {
  const gone = await scene([{ url: URL }], () => 410);
  await gone.deliver(60_000);
  assertEquals(gone.posts.length, 1);
  const down = await scene([{ url: URL }], () => new Error("connection refused"));
  const startMs = down.clock.wallMs();
  await down.deliver(2 * GIVE_UP_MS);
  assert(down.posts.length >= 24 && down.posts.length < 200, String(down.posts.length));
  assert(down.posts.at(-1)!.atMs <= startMs + GIVE_UP_MS);
  assert(down.posts.at(-1)!.atMs >= startMs + GIVE_UP_MS - 3_600_000);
  const [view] = await down.clock.run(Array.fromAsync(down.queue.callbacks({ states: ["given-up"] })));
  assertEquals([view?.failure, view?.attempts], ["connection refused", down.posts.length]);
  assertMatch(
    down.notes.at(-1)!,
    /Gave up the callback of \S+ to https:\/\/a\.example after \d+ attempts in .*/,
  );
});

Deno.test("Deliverer has another day for a callback that was given up and is retried, from its first wait on", async () => {
  const { deliver, posts, queue } = await scene([{ url: URL }], (_, count) => [410, 500, 200][count - 1]!);
  await deliver(2 * GIVE_UP_MS);
  const given = await Array.fromAsync(queue.callbacks({ states: ["given-up"] }), ({ id }) => id);
  assertEquals([given.length, posts.length], [1, 1]);
  await queue.retryCallbacks(given);
  await deliver(60_000);
  assertEquals((await Array.fromAsync(queue.callbacks({})))[0]?.state, "delivered");
  assertEquals(posts.map(({ id }) => id), [given[0]!, given[0]!, given[0]!]);
});

Deno.test("Deliverer sends nothing that no secret signs, and uses the callback's own", async () => {
  const none = await scene([{ url: URL }], () => 200, "");
  await none.deliver(60_000);
  assertEquals(none.posts, []);
  assertMatch(none.notes[0]!, /no secret signs it/);
  const own = await scene(
    [{ url: URL, secret: "env:KEY" }, { url: URL, secret: "env:OTHER" }],
    () => 200,
    "",
  );
  await own.deliver(60_000);
  assertEquals(own.posts.length, 1);
  assertMatch(own.notes[0]!, /secret-refused: env:OTHER/);
});

Deno.test("Deliverer keeps within its bounds, and a slow receiver keeps no other one waiting", async () => {
  const slow = Array.from({ length: 200 }, () => ({ url: "https://slow.example/" }));
  const quick = Array.from({ length: 20 }, () => ({ url: URL }));
  let inFlight = 0, most = 0;
  const { deliver, posts, clock } = await scene([...slow, ...quick], ({ url }) => {
    if (url === URL) return 200;
    most = Math.max(most, ++inFlight);
    void clock.until(clock.nowMs() + 10_000).then(() => inFlight--);
    return { status: 200, afterMs: 10_000 };
  });
  const startMs = clock.wallMs();
  await deliver(300_000);
  assertEquals(most, 16);
  const own = posts.filter(({ url }) => url === URL);
  assertEquals([own.length, posts.length], [20, 220]);
  assert(own.every(({ atMs }) => atMs - startMs < 10_000));
});

Deno.test("what is stopped is delivered by whoever comes, as nothing is known of it", async () => {
  const { clock, queue, deliverer, posts } = await scene(
    [{ url: URL }],
    () => ({ status: 200, afterMs: 60_000 }),
  );
  const stop = new AbortController();
  await clock.run((async () => {
    const running = deliverer.run(stop.signal, stop.signal);
    await clock.until(clock.nowMs() + 1000);
    stop.abort();
    await running;
  })());
  assertEquals(posts.length, 1);
  assertEquals(await clock.run(queue.callbackCounts()), { waiting: 1, givenUp: 0 });
});

Deno.test("callbackBody() has what is known of the end, and passes the output on as it came", () => {
  const end = {
    ...{ instance: "order-17", chain: "hello", outcome: "failed" as const, reason: 'greet: "no"' },
    ...{ output: '{"n":12345678901234567890}' as JsonText, labels: { tenant: "acme" } },
    ...{ submittedAtMs: Date.UTC(2026, 0, 1), endedAtMs: Date.UTC(2026, 0, 1, 0, 0, 1) },
  };
  assertEquals(
    callbackBody(end),
    '{"type":"instance.failed","timestamp":"2026-01-01T00:00:01.000Z","data":{"id":"order-17","chain":"hello",' +
      '"outcome":"failed","reason":"greet: \\"no\\"","output":{"n":12345678901234567890},' +
      '"labels":{"tenant":"acme"},"submittedAt":"2026-01-01T00:00:00.000Z","endedAt":"2026-01-01T00:00:01.000Z"}}',
  );
  const long = callbackBody({ ...end, output: JSON.stringify("x".repeat(2 ** 20)) as JsonText });
  assert(long.length < 1000 && long.includes('"outputLeftOut":true'));
});
