/** Several consumers that share the partitions of a queue on Kafka: who holds what, and what becomes of it when one comes or goes. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { type Instance, realClock } from "../../lib/model/mod.ts";
import { type Claim, type Order, type QueueDriver, QueueError } from "../../lib/queue/mod.ts";
import { encodeInstance } from "../../lib/wire/mod.ts";
import { kafkaTests } from "../kafka/broker.ts";
import { clientOf } from "../kafka/client.ts";
import { CuttableSockets } from "../kafka/cut.ts";
import { newPrefix, openQueueOn, type SharedBroker, sharedBroker } from "../kafka/shared.ts";
import { decided, held, ids, instances, line, record, result, single } from "./samples.ts";

const PARTITIONS = 6;
const LEASE_MS = 1500;
const PATIENCE_MS = 20_000;

type Share = Extract<Order, { kind: "share" }>;
type Revoked = Extract<Order, { kind: "revoked" }>;

function pause(ms: number): Promise<void> {
  return realClock.until(realClock.nowMs() + ms);
}

/** Waits until something is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const lateMs = realClock.nowMs() + PATIENCE_MS;
  while (!isSo()) {
    assert(realClock.nowMs() < lateMs, `it never came about that ${what}`);
    await pause(10);
  }
}

/** A consumer of the group, that hears its orders and whose network can be cut. */
class Member {
  readonly orders: Order[] = [];
  readonly claims: Claim[] = [];
  readonly #stop = new AbortController();
  #pulling: Promise<void> = Promise.resolve();
  #listening: Promise<void>;

  constructor(readonly name: string, readonly queue: QueueDriver, readonly sockets: CuttableSockets) {
    this.#listening = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const order of this.queue.commands(this.#stop.signal)) this.orders.push(order);
  }

  /** Takes what there is from now on. */
  pull(): void {
    this.#pulling = (async () => {
      while (!this.#stop.signal.aborted) {
        this.claims.push(...await this.queue.pull(10, this.#stop.signal));
      }
    })();
  }

  /** Joins the group, but takes nothing. */
  async join(): Promise<void> {
    await this.queue.pull(1, AbortSignal.abort());
  }

  get share(): Share | undefined {
    return this.orders.findLast((order): order is Share => order.kind === "share");
  }

  get revoked(): Revoked[] {
    return this.orders.filter((order): order is Revoked => order.kind === "revoked");
  }

  get held(): string[] {
    return ids(this.claims);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#pulling, this.#listening]);
  }

  async leave(): Promise<void> {
    await this.stop();
    await this.queue[Symbol.asyncDispose]();
  }
}

/** A queue of its own for a test, with any number of consumers. */
class Group implements AsyncDisposable {
  readonly members: Member[] = [];
  readonly prefix = newPrefix();
  readonly #shared: SharedBroker;
  readonly #leaseMs: number;

  constructor(shared: SharedBroker, leaseMs = LEASE_MS) {
    this.#shared = shared;
    this.#leaseMs = leaseMs;
  }

  /** @param partitions into how many it would divide the queue */
  async open(partitions = PARTITIONS): Promise<Member> {
    const sockets = new CuttableSockets();
    const queue = await openQueueOn(this.#shared.broker, {
      prefix: this.prefix,
      partitions,
      leaseMs: this.#leaseMs,
      socketFactory: sockets.socketFactory,
    });
    const member = new Member(`member ${this.members.length + 1}`, queue, sockets);
    this.members.push(member);
    return member;
  }

  /** Opens some, lets them join, and waits until each owns its part. */
  async settled(count: number): Promise<Member[]> {
    const members = await Promise.all(Array.from({ length: count }, () => this.open()));
    for (const member of members) await member.join();
    await this.isDivided(members);
    return members;
  }

  /** Waits until all partitions are owned, by this number of consumers. */
  async isDivided(members: readonly Member[]): Promise<void> {
    await until("the members have their parts", () => isWhole(members));
    await pause(2 * LEASE_MS); // owners are told by process, and here all are one
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sockets } of this.members) sockets.restore();
    await Promise.all(this.members.map((member) => member.leave().catch(() => {})));
  }
}

/** Whether the parts of members lie side by side, none is empty, and they are all there is. */
function isWhole(members: readonly Member[]): boolean {
  const shares = members.map(({ share }) => share).filter((share) => share !== undefined)
    .sort((a, b) => a.from - b.from);
  if (shares.length < members.length) return false;
  return shares.every(({ from, to }, i) => from < to && from === (shares[i - 1]?.to ?? 0)) &&
    shares.at(-1)!.to === 1;
}

function end(id: string) {
  return result(id, realClock.nowMs());
}

/** The number of ids that are held, and the number of different ones. */
function counts(members: readonly Member[]): [held: number, different: number] {
  const held = members.flatMap((member) => member.held);
  return [held.length, new Set(held).size];
}

kafkaTests("kafka group", () => {
  const shared = sharedBroker();

  Deno.test("kafka group: consumers never get the same instance, and each gets some", async () => {
    await using group = new Group(shared);
    const members = await group.settled(3);
    const batch = instances(900);
    for (const member of members) member.pull();
    await members[0]!.queue.push(batch);
    await until("all are held", () => counts(members)[0] >= batch.length);
    await pause(300);
    assertEquals(counts(members), [batch.length, batch.length]);
    for (const { name, claims } of members) assert(claims.length > 50, `${name} got ${claims.length}`);
    await Promise.all(members.map(({ queue, held }) => queue.finish(held.map(end))));
    assertEquals((await members[1]!.queue.depth()).completed, batch.length);
  });

  Deno.test("kafka group: a cancel is not lost when the holder dies, or leaves, before it acted on it", async () => {
    await using group = new Group(shared);
    const [dying, leaving, other] = await group.settled(3) as [Member, Member, Member];
    const batch = instances(90);
    await other.queue.push(batch);
    for (const member of [dying, leaving]) {
      member.pull();
      await until(`${member.name} holds some`, () => member.claims.length >= 10);
      await pause(300);
    }
    const meant = [dying.held[0]!, dying.held[5]!, leaving.held[0]!, leaving.held[5]!];
    assertEquals(await other.queue.request({ kind: "cancel", filter: { ids: meant } }), meant.length);
    dying.sockets.cut();
    await leaving.leave();
    other.pull();
    await until("the heir has the rest", () => other.claims.length >= batch.length - meant.length);
    await pause(300);
    assertEquals(other.held.sort(), ids(batch).filter((id) => !meant.includes(id)).sort());
    for (const id of meant) {
      const view = await other.queue.get(id);
      assertEquals(view?.state, "cancelled");
      assert(view?.reason && view.endedAtMs !== undefined);
    }
  });

  Deno.test("kafka group: who joins gets a part; what is in flight ends within the grace, and runs once", async () => {
    await using group = new Group(shared);
    const first = await group.open();
    first.pull();
    const batch = instances(60, line);
    await first.queue.push(batch);
    await until("the first holds all", () => first.claims.length === batch.length);
    assertEquals(first.share, { kind: "share", from: 0, to: 1 });

    const second = await group.open();
    second.pull();
    await until("some are revoked", () => first.revoked.length > 0);
    const revoked = new Set(first.revoked.flatMap(({ ids }) => ids));
    for (const { withinMs } of first.revoked) assert(withinMs >= 1000 && withinMs <= 2000);
    await until("the parts are known", () => isWhole([first, second]));
    assertEquals([first.share!.to - first.share!.from, second.share!.to - second.share!.from], [0.5, 0.5]);
    assert(revoked.size > 10 && revoked.size < 50, `${revoked.size} are revoked`);

    const [ended, settled, late, ...released] = [...revoked] as [string, string, string, ...string[]];
    await first.queue.finish([result(ended, realClock.nowMs(), { records: [record(0, "a")] })]);
    await first.queue.checkpoint([{ instanceId: settled, records: [record(0, "b")] }]);
    await first.queue.release(held(settled, ...released));
    assertEquals(second.held.filter((id) => id === late), [], "it is held, so its partition is");
    await until("the second has the rest", () => second.claims.length >= revoked.size - 1);
    await pause(300);
    assertEquals(second.held.sort(), [...revoked].filter((id) => id !== ended).sort());
    assertEquals(second.claims.find(({ instance: { id } }) => id === settled)?.progress, [record(0, "b")]);
    const error = await assertRejects(() => first.queue.finish([end(late)]), QueueError);
    assertEquals([error.code, error.ids], ["lease-lost", [late]]);

    const kept = first.held.filter((id) => !revoked.has(id));
    await Promise.all([first.queue.finish(kept.map(end)), second.queue.finish(second.held.map(end))]);
    assertEquals((await second.queue.depth()).completed, batch.length);
  });

  Deno.test("kafka group: who leaves hands its part over at once, and its share", async () => {
    await using group = new Group(shared, 3 * PATIENCE_MS); // who waits for the end of a session waits too long
    const [first, second] = await group.settled(2) as [Member, Member];
    const batch = instances(60, line);
    await first.queue.push(batch);
    first.pull();
    second.pull();
    await until("all are held", () => counts([first, second])[0] === batch.length);
    const [own] = first.held;
    await first.queue.checkpoint([{ instanceId: own!, records: [record(0, "done")] }]);
    await first.leave();
    await until("the other has all", () => second.claims.length === batch.length);
    assertEquals(second.share, { kind: "share", from: 0, to: 1 });
    assertEquals(second.claims.find(({ instance: { id } }) => id === own)?.progress, [record(0, "done")]);
    assertEquals(second.revoked, []);
  });

  Deno.test("kafka group: who is cut off is told before others have what it held, and cannot write it", async () => {
    await using group = new Group(shared);
    const [lost, heir] = await group.settled(2) as [Member, Member];
    const batch = instances(60, line);
    await heir.queue.push(batch);
    lost.pull();
    await until("it holds some", () => lost.claims.length >= 10);
    await pause(300);
    heir.pull();
    const held = new Set(lost.held);
    lost.sockets.cut();
    const [early, late] = [...held];
    const underWay = lost.queue.checkpoint([{ instanceId: early!, records: [record(0, "lost")] }]).then(
      () => "written",
      (error) => (error as QueueError).code,
    );
    await until("the heir has one of them", () => heir.held.some((id) => held.has(id)));
    assertEquals(new Set(lost.revoked.flatMap(({ ids }) => ids)), held);
    for (const { withinMs } of lost.revoked) assertEquals(withinMs, 0);
    const error = await assertRejects(() => lost.queue.finish([end(late!)]), QueueError);
    assertEquals([error.code, error.ids], ["lease-lost", [late]]);
    await until("the heir has all", () => heir.claims.length === batch.length);
    await heir.queue.finish(heir.held.map(end));
    lost.sockets.restore();
    assertEquals(await underWay, "lease-lost");
    await until("it is a member again", () => isWhole([lost, heir]));
    await pause(300);
    assertEquals(lost.claims.length, held.size, "nothing of it comes again");
    assertEquals((await heir.queue.depth()).completed, batch.length);
  });

  Deno.test("kafka group: who is cut off while the members come together is told before others have what it held", async () => {
    await using group = new Group(shared);
    const [lost, silent] = await group.settled(2) as [Member, Member];
    await lost.queue.push(instances(60));
    lost.pull();
    await until("it holds some", () => lost.claims.length >= 10);
    await pause(300);
    const held = new Set(lost.held);
    silent.sockets.cut(); // the others wait for it, to the end of its session
    const heir = await group.open();
    heir.pull();
    await pause(LEASE_MS / 2);
    lost.sockets.cut();
    await until("the heir has one of them", () => heir.held.some((id) => held.has(id)));
    assertEquals(new Set(lost.revoked.flatMap(({ ids }) => ids)), held);
  });

  Deno.test("kafka group: what is submitted and called under one id runs once, whoever has which partition", async () => {
    await using group = new Group(shared);
    const [first, second] = await group.settled(2) as [Member, Member];
    const members = [first, second];
    const callers = instances(60, decided, "caller");
    const submissions = callers.map(({ id }, i) => ({
      ...instances(1, single, `own ${i}`)[0]!,
      id: `${id}/convert`,
    }));
    const early = new Set(ids(submissions.slice(0, 20)));
    await first.queue.push(submissions.slice(0, 20));
    await second.queue.push(callers);
    await first.queue.push(submissions.slice(20));
    for (const member of members) member.pull();
    await until("all callers, and what came before them, are held", () => counts(members)[1] >= 80);
    const begun: string[] = [];
    for (const { queue, claims } of members) {
      for (const { instance } of claims.filter(({ instance }) => instance.chain.name === "decided")) {
        const [child] = instances(1, single, "child") as [Instance];
        const id = `${instance.id}/convert`, parent = { instance: instance.id, node: "convert" };
        try {
          await queue.push([{ ...child, id, parent }]);
          begun.push(id);
        } catch (error) {
          assertEquals([(error as QueueError).code, early.has(id)], ["id-conflict", true]);
        }
      }
    }
    const refused = ids(submissions.slice(20));
    const letters = new Map<string, string>();
    while (letters.size < refused.length) {
      for await (const { place, reason } of first.queue.badMessages()) letters.set(place, reason);
    }
    assertEquals(letters.size, refused.length);
    for (const reason of letters.values()) assert(/^id-conflict: .*for what ".*" calls/.test(reason), reason);
    const submitted = members.flatMap(({ held }) => held).filter((id) => id.endsWith("/convert"));
    assertEquals(begun.sort(), refused.sort(), "a call whose id no submission had");
    assertEquals(new Set(submitted), early, "a submission that came before the caller");
    assert(members.every(({ claims }) => claims.length > 10), "both have some");
  });

  Deno.test("kafka group: a message that another program has put elsewhere runs at the home of its id, once", async () => {
    await using group = new Group(shared);
    const [first, second] = await group.settled(2) as [Member, Member];
    const members = [first, second];
    const batch = instances(24, single, "stray");
    const producer = clientOf(shared.broker).producer();
    await producer.connect();
    const messages = batch.flatMap((instance) =>
      Array.from({ length: PARTITIONS }, (_, partition) => ({
        partition,
        key: "another",
        value: Buffer.from(encodeInstance(instance)),
      }))
    );
    await producer.send({ topic: `${group.prefix}pending_queue`, messages });
    await producer.disconnect();
    for (const member of members) member.pull();
    await until("all are held", () => counts(members)[1] === batch.length);
    await Promise.all(members.map(({ queue, held }) => queue.finish(held.map(end))));
    while ((await first.queue.partitions()).some(({ lag }) => lag > 0)) await pause(50);
    assertEquals(counts(members), [batch.length, batch.length]);
    assertEquals(await Array.fromAsync(first.queue.badMessages()), []);
  });

  Deno.test("kafka group: of several that begin a queue, the first says how it is divided", async () => {
    await using group = new Group(shared);
    const members = await Promise.all(
      [1, 2, 3, 4].map((partitions) => group.open(partitions).catch(() => {})),
    );
    const sizes = await Promise.all(
      members.filter((member) => member !== undefined).map(async ({ queue }) =>
        (await queue.partitions()).length
      ),
    );
    assert(sizes.length > 0);
    assertEquals(new Set(sizes).size, 1);
  });

  Deno.test("kafka group: a second group is refused while the first is at work, and may take over from it", async () => {
    const prefix = newPrefix();
    const open = (group: string) =>
      openQueueOn(shared.broker, { prefix, group, partitions: 2, leaseMs: LEASE_MS });
    const never = new AbortController().signal;
    await using first = await open("first");
    await first.push(instances(20));
    await first.pull(1, never);
    {
      await using second = await open("second");
      const error = await assertRejects(() => second.pull(1, never), QueueError);
      assertEquals(error.code, "bad-topic");
      assert(error.message.includes("the group first are at work"), error.message);
    }
    await first[Symbol.asyncDispose]();
    await using third = await open("third");
    let taken = 0;
    while (taken < 20) taken += (await third.pull(20, never)).length;
    assertEquals((await third.depth()).running, 20);
  });
});
