/** A rate that several keep to together, in virtual time: the starts of all, while its parts move between them. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../model/mod.ts";
import { RateLimit, type StartRate } from "../scheduler/rate_limit.ts";
import { Division, type Peer } from "./division.ts";

/** Nothing is known of a dead member's part for this time, in milliseconds: until then it counts. */
const SILENT_MS = 250;

/** A consumer with work that counts against the rate. */
class Member {
  readonly division: Division;
  readonly rate: RateLimit;
  /** The instants at which its calls left. */
  readonly startedAtMs: number[] = [];
  /** The number of calls that wait to start, … */
  waiting = 0;
  /** … and when each of those that are to start leaves. */
  #leavesAtMs: number[] = [];
  /** The time that calls take to leave once they are to start, in milliseconds. */
  lagMs = 0;
  isLeaving = false;
  diedAtMs = Infinity;
  written: Peer | undefined;
  phase: "plan" | "write" | "look" = "look";
  readonly #time: { readonly nowMs: number };

  constructor(key: string, rate: StartRate, time: { readonly nowMs: number }) {
    this.#time = time;
    this.division = new Division(key);
    this.rate = new RateLimit("rate", rate, time);
    this.apply();
  }

  apply(): void {
    const { inForce } = this.division;
    this.rate.setPart(inForce.of("rate", this.rate.whole), inForce.lostAtMs);
  }

  start(): void {
    const { nowMs } = this.#time;
    for (; this.waiting > 0 && !this.isLeaving && !this.rate.full; this.waiting--) {
      this.rate.start();
      this.#leavesAtMs.push(nowMs + this.lagMs);
    }
    for (const _ of this.#leavesAtMs.filter((atMs) => atMs <= nowMs)) {
      this.rate.left();
      this.startedAtMs.push(nowMs);
    }
    this.#leavesAtMs = this.#leavesAtMs.filter((atMs) => atMs > nowMs);
  }

  plan(): boolean {
    const { name, whole, used, held, windowMs } = this.rate, { nowMs } = this.#time;
    const use = { name, whole, used, held, windowMs, isShort: this.waiting > 0 && this.rate.full };
    const isNews = this.division.plan([use], nowMs, nowMs, this.isLeaving);
    this.apply();
    return isNews;
  }
}

/** The members, alive and dead. */
class Group {
  readonly time = { nowMs: 0 };
  readonly all: Member[] = [];

  constructor(readonly rate: StartRate) {}

  get alive(): Member[] {
    return this.all.filter(({ diedAtMs }) => diedAtMs === Infinity);
  }

  join(): Member {
    const member = new Member(`${this.all.length}`.padStart(3, "0"), this.rate, this.time);
    this.all.push(member);
    return member;
  }

  pass(ms: number): void {
    for (let leftMs = ms; leftMs >= 0; leftMs -= 10) {
      for (const member of this.alive) member.start();
      this.time.nowMs += Math.min(10, leftMs);
    }
  }

  /** One step of a member's round. */
  step(member: Member): void {
    const { division } = member;
    if (member.phase === "plan") member.phase = member.plan() ? "write" : "look";
    else if (member.phase === "write") {
      member.written = structuredClone({ part: division.part, quota: division.quota });
      member.phase = "look";
    } else {
      division.look(
        this.all.flatMap((each) => each === member || !this.#counts(each) ? [] : [each.written!]),
        this.time.nowMs,
      );
      member.apply();
      member.phase = "plan";
    }
  }

  /** Whole rounds of all. */
  round(): void {
    for (const member of this.alive) for (let i = 0; i < 3; i++) this.step(member);
  }

  #counts({ written, diedAtMs, isLeaving }: Member): boolean {
    if (written === undefined) return false;
    return this.time.nowMs < diedAtMs + (isLeaving ? 0 : SILENT_MS);
  }

  starts(): number[] {
    return this.all.flatMap(({ startedAtMs }) => startedAtMs).sort((a, b) => a - b);
  }
}

/** The most starts in any half-open window of a length. */
function mostIn(windowMs: number, startedAtMs: readonly number[]): number {
  let most = 0, from = 0;
  startedAtMs.forEach((atMs, i) => {
    while (startedAtMs[from]! + windowMs <= atMs) from++;
    most = Math.max(most, i - from + 1);
  });
  return most;
}

const rates: fc.Arbitrary<StartRate> = fc.record({
  starts: fc.integer({ min: 1, max: 60 }),
  perMs: fc.constantFrom(300, 1000, 5000),
  burst: fc.integer({ min: 1, max: 8 }),
}, { requiredKeys: ["starts", "perMs"] });

const events = fc.array(
  fc.record({
    passMs: fc.constantFrom(0, 10, 50, 250, 250, 250, 1000),
    event: fc.constantFrom(
      "round",
      "round",
      "round",
      "round",
      "step",
      "step",
      "work",
      "idle",
      "join",
      "leave",
      "die",
      "slow",
      "quick",
    ),
    who: fc.nat(4),
    calls: fc.integer({ min: 1, max: 40 }),
  }),
  { maxLength: 250, size: "max" },
);

Deno.test("Division and RateLimit let no window have more starts than a rate, whoever joins, ends and dies in whatever order", () => {
  fc.assert(fc.property(rates, events, (rate, events) => {
    const group = new Group(rate);
    for (const { passMs, event, who, calls } of events) {
      group.pass(passMs);
      const member = group.alive[who];
      if (member === undefined || event === "join") group.alive.length < 5 && group.join();
      else if (event === "step") group.step(member);
      else if (event === "round") group.round();
      else if (event === "work") member.waiting += calls * 20;
      else if (event === "idle") member.waiting = 0;
      else if (event === "leave") member.isLeaving = true;
      else if (event === "slow") member.lagMs = calls * 20;
      else if (event === "quick") member.lagMs = 0;
      else member.diedAtMs = group.time.nowMs;
    }
    const { starts, perMs, burst = 1 } = rate, widened = Math.max(1, burst / starts);
    const { whole } = new RateLimit("rate", rate, group.time);
    const most = mostIn(perMs * widened, group.starts());
    assert(most <= whole, `${most} of ${whole}`);
  }));
});

Deno.test("Division lends a part of a rate to whoever has a backlog, though its owner has something to start every now and then", () => {
  for (const rate of [{ starts: 100, perMs: 1000 }, { starts: 300, perMs: 60_000 }]) {
    const group = new Group(rate), backlog = group.join(), light = group.join(), random = seededRandom(1);
    const everyMs = 10 * rate.perMs / rate.starts; // a tenth of the rate
    backlog.waiting = Infinity;
    let nextMs = 0, fromMs = 0, before = 0;
    while (group.time.nowMs < 60 * rate.perMs) {
      for (; nextMs <= group.time.nowMs; light.waiting++) nextMs += -everyMs * Math.log(1 - random.next());
      group.pass(50);
      if (group.time.nowMs % 250 < 50) group.round();
      if (group.time.nowMs > 20 * rate.perMs) continue;
      [fromMs, before] = [group.time.nowMs, backlog.startedAtMs.length];
    }
    const rightly = (group.time.nowMs - fromMs) / rate.perMs * rate.starts;
    const part = (backlog.startedAtMs.length - before) / rightly;
    assert(part > 0.62, `${part} of the rate`);
  }
});
