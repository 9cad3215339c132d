import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { mostIn } from "../../tests/programs/consumer_group.ts";
import { RateLease } from "../scheduler/rate_lease.ts";
import { paceOf, type StartRate } from "../scheduler/rate_limit.ts";
import { type KnownTime, SURE_MS, visit, type Visited } from "./rate_ledger.ts";

/** A consumer with work under a rate, whose calls leave some time after they are started. */
class Member {
  readonly lease: RateLease;
  waiting = 0;
  lagMs = 0;
  isAlive = true;
  readonly leftAtMs: number[] = [];
  #known: KnownTime | undefined;
  /** The instants at which its calls are to leave. */
  #coming: number[] = [];

  constructor(readonly key: string, readonly rate: StartRate, readonly world: World) {
    this.lease = new RateLease("rate", paceOf(rate));
  }

  /** Starts what may start; of what is to leave, those calls leave whose time has come, and which may. */
  step(): void {
    const { lease } = this, { nowMs } = this.world;
    for (; this.waiting > 0 && lease.opensAtMs(nowMs) <= nowMs; this.waiting--) {
      lease.start();
      this.#coming.push(nowMs + this.lagMs);
    }
    lease.wanted = this.waiting;
    while (this.#coming.length > 0 && this.#coming[0]! <= nowMs && lease.coversAtMs(nowMs) === undefined) {
      this.#coming.shift();
      lease.left(nowMs);
      this.leftAtMs.push(nowMs);
    }
  }

  /** Some of what is to leave will not. */
  giveUp(count: number): void {
    for (const _ of this.#coming.splice(0, count)) this.lease.neverLeft();
  }

  /** @returns takes in the answer, once it is written */
  visit(dead: ReadonlySet<string>, isLeaving = false): () => void {
    const { world, lease, key, rate } = this, report = lease.report();
    const { nowMs, wallMs } = world, pace = paceOf(rate);
    const asked = { ...report, key, pace, nowMs, wallMs, known: this.#known, dead, isLeaving };
    const { text, visited } = visit(world.text, asked);
    world.text = text;
    return () => {
      lease.granted(report, visited.grant);
      this.#known = visited.known;
    };
  }
}

class World {
  nowMs = 1_000_000;
  aheadMs = 0;
  text: string | undefined;
  readonly members: Member[] = [];

  get wallMs(): number {
    return this.nowMs + this.aheadMs;
  }

  get alive(): Member[] {
    return this.members.filter(({ isAlive }) => isAlive);
  }

  pass(ms: number): void {
    for (let leftMs = ms; leftMs >= 0; leftMs -= 10) {
      for (const member of this.alive) member.step();
      this.nowMs += Math.min(10, leftMs);
    }
  }

  starts(): number[] {
    return this.members.flatMap(({ leftAtMs }) => leftAtMs).sort((a, b) => a - b);
  }
}

const rates: fc.Arbitrary<StartRate> = fc.record({
  starts: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0.5, 3000)),
  perMs: fc.constantFrom(300, 1000, 5000),
  burst: fc.integer({ min: 1, max: 8 }),
}, { requiredKeys: ["starts", "perMs"] });

const KINDS = [
  "visit",
  "visit",
  "visit",
  "visit",
  "slow visit",
  "lost visit",
  "work",
  "work",
  "idle",
] as const;
const events = fc.array(
  fc.record({
    passMs: fc.constantFrom(0, 10, 50, 250, 250, 400, 2000),
    kind: fc.constantFrom(...KINDS, "join", "leave", "die", "die", "lag", "give up", "clock"),
    who: fc.nat(4),
    count: fc.integer({ min: 1, max: 40 }),
    areTold: fc.boolean(),
  }),
  { maxLength: 250, size: "max" },
);

Deno.test("visit() grants no more starts to all than a rate lets any window have, whatever they do and whenever they die", () => {
  fc.assert(fc.property(rates, events, (rate, events) => {
    const world = new World();
    const dead = new Set<string>();
    for (const { passMs, kind, who, count, areTold } of events) {
      world.pass(passMs);
      const member = world.alive[who], known = areTold ? dead : new Set<string>();
      if (member === undefined || kind === "join") {
        if (world.alive.length < 5) world.members.push(new Member(`${world.members.length}`, rate, world));
      } else if (kind === "visit") member.visit(known)();
      else if (kind === "slow visit") {
        const answer = member.visit(known);
        world.pass(count * 50);
        answer();
      } else if (kind === "lost visit") member.visit(known); // whoever visits does not know whether it was written
      else if (kind === "work") member.waiting += 20 * count;
      else if (kind === "idle") member.waiting = 0;
      else if (kind === "lag") member.lagMs = 20 * count;
      else if (kind === "give up") member.giveUp(count);
      else if (kind === "clock") world.aheadMs -= 50 * count;
      else {
        if (kind === "leave") member.visit(known, true)();
        member.isAlive = false;
        dead.add(member.key);
      }
    }
    const { whole, windowMs } = paceOf(rate), most = mostIn(windowMs / 1.005, world.starts());
    assert(most <= whole, `${most} of ${whole}`);
  }));
});

/** One consumer that has 20 starts a second, and one that wants some. */
function two(): { readonly world: World; readonly first: Member; readonly second: Member } {
  const world = new World(), rate = { starts: 20, perMs: 1000, burst: 20 };
  const [first, second] = ["first", "second"].map((key) => new Member(key, rate, world)) as [Member, Member];
  world.members.push(first, second);
  first.waiting = 20;
  first.step();
  first.visit(new Set())();
  return { world, first, second };
}

Deno.test("visit() counts what a consumer may have started that has died before it told of that", () => {
  for (const areTold of [false, true]) {
    const { world, first, second } = two();
    first.step(); // all 20 leave, and the ledger does not know
    assertEquals(first.leftAtMs.length, 20);
    world.nowMs += 30;
    first.isAlive = false;
    const dead = new Set(areTold ? ["first"] : []);
    second.waiting = 100;
    while (second.leftAtMs.length === 0) {
      second.step();
      second.visit(dead)();
      world.nowMs += 5;
      second.step();
    }
    const afterMs = world.nowMs - first.leftAtMs[0]!, knownMs = areTold ? 30 : SURE_MS;
    assert(afterMs >= knownMs + 1000 && afterMs < knownMs + 1100, `${afterMs} ms after it died`);
  }
});

Deno.test("visit() voids what a consumer holds that was stopped, and its calls wait for another grant", () => {
  const { world, first, second } = two();
  first.lagMs = 2000;
  first.step(); // all 20 are to leave
  world.nowMs += 2000;
  second.waiting = 20;
  second.step();
  second.visit(new Set())();
  first.step();
  assertEquals(first.leftAtMs, [], "it is not sure of them");
  first.visit(new Set())();
  first.step();
  assertEquals([first.leftAtMs, first.lease.lacks], [[], 20]);
  world.nowMs = 1_000_000 + SURE_MS + 1006;
  first.visit(new Set())();
  first.step();
  assert(first.leftAtMs.length > 0, "what it held has left the window");
});

Deno.test("visit() grants in turn, and takes back what nobody comes for", () => {
  const { world, first, second } = two();
  first.step();
  const told = () => [first, second].map((member) => (member.visit(new Set())(), member.lease.lacks));
  for (const member of [first, second]) member.lease.wanted = 10;
  told();
  world.nowMs += 1000;
  const counts = [0, 0];
  for (let i = 0; i < 100; i++, world.nowMs += 20) {
    for (const [at, member] of [first, second].entries()) {
      for (; member.lease.opensAtMs(world.nowMs) <= world.nowMs; counts[at]!++) {
        member.lease.start();
        member.lease.left(world.nowMs);
      }
      if (i < 50 || at === 0) member.visit(new Set())();
    }
    if (i === 49) assert(Math.abs(counts[0]! - counts[1]!) <= 1, `${counts}`);
  }
  assert(counts[0]! + counts[1]! > 0.9 * 40, `${counts}`);
});

Deno.test("visit() goes by a consumer's own clock when the system's is set on, and by the system's while nobody looked", () => {
  const { world, first, second } = two();
  first.step();
  first.visit(new Set())();
  world.aheadMs += 3_600_000;
  first.waiting = 5;
  first.step();
  first.visit(new Set())();
  first.step();
  assertEquals(first.leftAtMs.length, 20, "no second has passed");
  world.nowMs += 5000;
  second.waiting = 20;
  second.step();
  second.visit(new Set(["first"]))();
  second.step();
  assertEquals(second.leftAtMs.length, 20);
});

Deno.test("visit() takes a ledger that somebody has damaged for one of a rate that was just used up", () => {
  const pace = paceOf(20), nothing = { held: 0, leftAtMs: [], dead: new Set<string>(), isLeaving: false };
  for (const text of ["", "{}", "null", '{"epoch":0,"starts":[[1,2,3]]}']) {
    const of = { ...nothing, key: "k", pace, nowMs: 0, wallMs: 0, known: undefined, lacks: 1 };
    const { visited }: { visited: Visited } = visit(text, of);
    assertEquals(visited.grant.fromMs, []);
  }
});
