import { assertEquals } from "@std/assert";
import { single } from "../../tests/queue/samples.ts";
import { instanceMaker, realClock, seededRandom } from "../../lib/model/mod.ts";
import type { BadMessage, Filter, InstanceView, PartitionView, QueueDriver } from "../../lib/queue/mod.ts";
import { readOptions } from "../shell/options.ts";
import { dead, status } from "./looks.ts";
import { QUEUE_OPTIONS } from "./options.ts";

const never = new AbortController().signal;
const instance = instanceMaker(seededRandom(1))({ chain: single }, realClock.nowMs(), { id: "order-7" });
const failed: InstanceView = { instance, state: "failed", progress: [], reason: "HTTP 404" };
const bad = (offset: number): BadMessage => ({
  place: `pending_queue[0]@${offset}`,
  reason: "no protobuf",
  atMs: realClock.nowMs(),
  bytes: Uint8Array.of(offset),
});

/** A queue to look at; what is not looked at is not there. */
function queueOf(partitions: readonly PartitionView[] = []): QueueDriver {
  const looks: Partial<QueueDriver> = {
    depth: () =>
      Promise.resolve({ delayed: 0, queued: 1, running: 2, completed: 3, failed: 4, cancelled: 5 }),
    callbackCounts: () => Promise.resolve({ waiting: 6, givenUp: 0 }),
    settings: () => Promise.resolve({ revision: 1, limit: 7, pauses: [{ chain: "fan7" }] }),
    consumers: () => Promise.resolve([]),
    partitions: () => Promise.resolve(partitions),
    async *list({ states }: Filter) {
      if (states?.includes("failed")) yield failed;
    },
    async *badMessages() {
      yield* [bad(1), bad(2), bad(3)];
    },
  };
  return looks as QueueDriver;
}

async function shown(
  look: typeof dead,
  args: readonly string[],
  partitions?: readonly PartitionView[],
): Promise<string[]> {
  return await shownOf(queueOf(partitions), look, args);
}

async function shownOf(queue: QueueDriver, look: typeof dead, args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const { values, rest } = readOptions(QUEUE_OPTIONS, args);
  const print = (line: string) => void lines.push(line);
  await look(queue, rest, values, {
    drain: never,
    stop: never,
    print,
    printLines: print,
    printEscaped: print,
  });
  return lines;
}

Deno.test("queue status shows how the queue is divided, below the counts", async () => {
  const partitions = [{ partition: 0, lag: 7, owner: "a" }];
  const divided = await shown(status, [], partitions);
  const plain = await shown(status, []);
  assertEquals(plain, [
    "delayed            0",
    "queued             1",
    "running            2",
    "completed          3",
    "failed             4",
    "cancelled          5",
    "callbacks          6  wait for delivery",
    "limit     7",
    "paused    chain fan7",
    "waits     for a consumer: none runs",
  ]);
  assertEquals(divided.slice(plain.length), [
    "",
    "partition  lag  owner  oldest",
    "        0    7  a",
  ]);
  const [json] = await shown(status, ["--json"], partitions);
  assertEquals(JSON.parse(json!).partitions, partitions);
});

Deno.test("queue status reads the consumers once, after it is known which of them live", async () => {
  const reads: (boolean | undefined)[] = [];
  const consumers = (atOnce?: boolean) => (reads.push(atOnce), Promise.resolve([]));
  await shownOf({ ...queueOf(), consumers }, status, []);
  assertEquals(reads, [false]);
});

Deno.test("queue dead lists failed instances, then messages that are no instances, so many of each", async () => {
  const words = (lines: string[]) => lines.map((line) => line.split(" ")[0]);
  const all = ["order-7", "pending_queue[0]@1", "pending_queue[0]@2", "pending_queue[0]@3"];
  assertEquals(words(await shown(dead, [])), ["instance", ...all]);
  assertEquals(words(await shown(dead, ["--count", "2"])), ["instance", ...all.slice(0, 3)]);
  const json = (await shown(dead, ["--json"])).map((line) => JSON.parse(line));
  assertEquals(json.map(({ id, place }) => id ?? place), all);
  assertEquals(json.at(-1).bytes, "Aw==");
});

Deno.test("queue dead leaves these messages out when it is asked for some instances", async () => {
  for (const args of [["--chain", "single"], ["--label", "tenant=acme"], ["order-7"]]) {
    assertEquals((await shown(dead, args)).length, 2);
  }
});
