import { DatabaseSync } from "node:sqlite";
import { realClock, seededRandom, writeJson } from "../../lib/model/mod.ts";
import type { InstanceView, QueueDriver } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { assert, assertEquals } from "@std/assert";
import { runs } from "../lanes.ts";
import { startWorker } from "./processes.ts";

/** These run on the real clock, with real processes. */
const LEASE_MS = 300;
const ROUNDS = runs(30);

/** The instances that processes were told are durable. */
class Acknowledged {
  readonly pushed = new Set<string>();
  readonly settled = new Map<string, Set<number>>();
  readonly ended = new Set<string>();

  /** Takes a line of a worker; what it claims must have all that was acknowledged before. */
  hear(line: string): void {
    const [what, id = "", nodes = ""] = line.split(" ");
    if (what === "pushed") this.pushed.add(id);
    if (what === "ended") this.ended.add(id);
    if (what === "settled") this.#nodes(id).add(Number(nodes));
    if (what === "claimed") {
      assert(!this.ended.has(id), `${id} was handed out after it had ended`);
      const known = nodes.split(",");
      for (const node of this.#nodes(id)) assert(known.includes(String(node)), `${id} lost the node ${node}`);
    }
  }

  #nodes(id: string): Set<number> {
    let nodes = this.settled.get(id);
    if (!nodes) this.settled.set(id, nodes = new Set());
    return nodes;
  }

  async check(queue: QueueDriver): Promise<void> {
    const views = new Map<string, InstanceView>();
    for await (const view of queue.list({})) views.set(view.instance.id, view);
    for (const id of this.pushed) assert(views.has(id), `${id} was acknowledged and is lost`);
    for (const id of this.ended) assertEquals(views.get(id)?.state, "completed");
    for (const [id, nodes] of this.settled) {
      for (const node of nodes) {
        const kept = views.get(id)?.progress.find((record) => record.node === node);
        assertEquals(kept?.output, writeJson(`${id} ${node}`));
      }
    }
    const { oldestSubmittedAtMs: _, ...depth } = await queue.depth();
    const counted = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const { state } of views.values()) counted[state]++;
    assertEquals(depth, counted);
  }
}

async function withFolder(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" });
  try {
    await run(`${folder}/deep/er/queue.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function integrity(path: string): unknown {
  const db = new DatabaseSync(path);
  try {
    return db.prepare("PRAGMA integrity_check").get()!.integrity_check;
  } finally {
    db.close();
  }
}

Deno.test(`sqlite queue: nothing acknowledged is lost when a process is killed, ${ROUNDS} times`, async () => {
  await withFolder(async (path) => {
    const random = seededRandom("kills");
    const acknowledged = new Acknowledged();
    for (let round = 0; round < ROUNDS; round++) {
      await using worker = startWorker(path, {
        seed: `round ${round}`,
        push: 100_000,
        batch: 1 + Math.floor(random.next() * 4),
        pull: 4,
        untilEmpty: false,
        leaseMs: LEASE_MS,
      });
      let left = 1 + Math.floor(random.next() * 250);
      for await (const line of worker.lines) {
        acknowledged.hear(line);
        if (--left === 0) worker.kill();
      }
      if (round % 10 === 9 || round === ROUNDS - 1) assertEquals(integrity(path), "ok");
      await using queue = await openSqliteQueue({ path, clock: realClock, leaseMs: LEASE_MS });
      await acknowledged.check(queue);
    }
    assert(Math.min(acknowledged.pushed.size, acknowledged.settled.size) > 4 * ROUNDS);

    const finisher = { push: 0, batch: 1, pull: 100, untilEmpty: true, leaseMs: LEASE_MS };
    await using last = startWorker(path, { seed: "last", ...finisher });
    for await (const line of last.lines) acknowledged.hear(line);
    await using queue = await openSqliteQueue({ path, clock: realClock, leaseMs: LEASE_MS });
    await acknowledged.check(queue);
    const { queued, running } = await queue.depth();
    assertEquals([queued, running], [0, 0]);
  });
});

Deno.test("sqlite queue: processes that make the file, push and pull at once get each instance once", async () => {
  await withFolder(async (path) => {
    const claimed: string[] = [];
    const acknowledged = new Acknowledged();
    const work = { push: 600, batch: 7, pull: 5, untilEmpty: false, leaseMs: 5000 };
    const workers = [1, 2, 3, 4].map((i) => startWorker(path, { seed: `process ${i}`, ...work }));
    await Promise.all(workers.map(async (worker) => {
      for await (const line of worker.lines) {
        assert(!line.startsWith("error"), line);
        acknowledged.hear(line);
        if (line.startsWith("claimed")) claimed.push(line.split(" ")[1]!);
        if (acknowledged.ended.size === workers.length * work.push) workers.forEach((each) => each.kill());
      }
    }));
    for (const worker of workers) await worker[Symbol.asyncDispose]();
    assertEquals([claimed.length, new Set(claimed).size], [2400, 2400]);
    await using queue = await openSqliteQueue({ path, clock: realClock });
    await acknowledged.check(queue);
  });
});

Deno.test("sqlite queue: a full disk is told as such, and nothing acknowledged is lost", async () => {
  await withFolder(async (path) => {
    {
      await using _made = await openSqliteQueue({ path, clock: realClock });
    }
    const acknowledged = new Acknowledged();
    const errors: string[] = [];
    // Files may grow to 400 KiB; without the trap, the signal for that would end the process.
    const work = { seed: "full", push: 100_000, batch: 50, pull: 0, untilEmpty: false, leaseMs: LEASE_MS };
    await using worker = startWorker(path, work, "trap '' XFSZ; ulimit -f 800");
    for await (const line of worker.lines) {
      acknowledged.hear(line);
      if (line.startsWith("error")) errors.push(line);
    }
    assertEquals(errors, ["error failed"]);
    assert(acknowledged.pushed.size > 0);
    await using queue = await openSqliteQueue({ path, clock: realClock });
    await acknowledged.check(queue);
  });
});
