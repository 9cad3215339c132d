import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LimitUse } from "../scheduler/mod.ts";
import { Division, type Peer } from "./division.ts";

/** Limits of all members together, by name. */
type Wholes = Readonly<Record<string, number>>;

/** The step of a round that a member takes next. */
type Phase = "plan" | "write" | "look";

/** A consumer that starts calls under a division's part of the limits. Each call counts against all of some limits. */
class Member {
  readonly division: Division;
  readonly running: Record<string, number> = {};
  /** Calls in flight, by what they count against. */
  readonly calls: (readonly string[])[] = [];
  /** Calls that wait to start, by the limits that they count against. */
  waiting: readonly (readonly string[])[] = [];
  isLeaving = false;
  phase: Phase = "look"; // it looks before it takes anything

  constructor(readonly key: string, readonly wholes: Wholes) {
    this.division = new Division(key);
  }

  may(name: string): boolean {
    return (this.running[name] ?? 0) < this.division.inForce.of(name, this.wholes[name]!);
  }

  /** Starts what may start. */
  start(): void {
    for (const names of this.waiting) {
      while (!this.isLeaving && names.every((name) => this.may(name))) {
        this.calls.push(names);
        for (const name of names) this.running[name] = (this.running[name] ?? 0) + 1;
      }
    }
  }

  end(count: number): void {
    for (const names of this.calls.splice(0, count)) for (const name of names) this.running[name]!--;
  }

  uses(): LimitUse[] {
    const obstacles = this.waiting.map((names) => names.findLast((name) => !this.may(name)));
    return Object.entries(this.wholes).map(([name, whole]) => ({
      ...{ name, whole, used: this.running[name] ?? 0, isShort: obstacles.includes(name) },
      held: this.running[name] ?? 0,
    }));
  }
}

/** Members that write what they keep for all to read. */
class Group {
  readonly members: Member[] = [];
  readonly #written = new Map<Member, Peer>();
  #count = 0;
  #nowMs = 0;

  constructor(readonly wholes: Wholes) {}

  join(): Member {
    const member = new Member(`${this.#count++}`.padStart(3, "0"), this.wholes);
    this.members.push(member);
    return member;
  }

  /** One step of a member's round. */
  step(member: Member, passedMs = 0): void {
    this.#nowMs += passedMs;
    const { division } = member;
    switch (member.phase) {
      case "plan":
        member.phase = division.plan(member.uses(), this.#nowMs, this.#nowMs, member.isLeaving)
          ? "write"
          : "look";
        break;
      case "write":
        this.#written.set(member, structuredClone({ part: division.part, quota: division.quota }));
        member.phase = "look";
        break;
      case "look":
        division.look([...this.#written].flatMap(([each, peer]) => each === member ? [] : [peer]));
        member.phase = "plan";
    }
    member.start();
  }

  /** Whole rounds of all: in each, some time passes, all calls in flight end, and those that wait start. */
  rounds(count: number, passedMs: number): void {
    for (let i = 0; i < count; i++) {
      for (const member of this.members) {
        member.end(Infinity);
        member.start();
        for (let step = 0; step < 3; step++) {
          this.step(member, step === 0 ? passedMs / this.members.length : 0);
        }
      }
    }
  }

  /** It is over, and the others know: what it had in flight has ended. */
  forget(member: Member): void {
    this.#written.delete(member);
    this.members.splice(this.members.indexOf(member), 1);
  }

  running(name: string): number {
    return this.members.reduce((sum, { running }) => sum + (running[name] ?? 0), 0);
  }

  /** @throws {AssertionError} if more is in flight than a limit says */
  check(): void {
    for (const [name, whole] of Object.entries(this.wholes)) {
      assert(this.running(name) <= whole, `${this.running(name)} of ${whole} ${name}`);
    }
  }
}

const KINDS = [["global", "f"], ["global", "g"], ["global"]] as const;

const whole = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 300 }));
const worlds = fc.record({
  wholes: fc.record({ global: whole, f: whole, g: whole }),
  steps: fc.array(
    fc.record({
      who: fc.nat(5),
      event: fc.constantFrom("step", "step", "step", "step", "end", "work", "join", "leave", "die"),
      kinds: fc.subarray([...KINDS]),
      ends: fc.nat(5),
      passedMs: fc.constantFrom(0, 10, 700),
    }),
    { maxLength: 300, size: "max" },
  ),
});

Deno.test("Division lets no more be in flight than each limit says, whoever joins, ends and dies in whatever order", () => {
  fc.assert(fc.property(worlds, ({ wholes, steps }) => {
    const group = new Group(wholes);
    for (const { who, event, kinds, ends, passedMs } of steps) {
      const member = group.members[who];
      if (member === undefined || event === "join") {
        if (group.members.length < 6) group.join();
      } else if (event === "step") group.step(member, passedMs);
      else if (event === "end") member.end(ends);
      else if (event === "work") member.waiting = kinds;
      else if (event === "leave") member.isLeaving = true;
      else if (event === "die" || member.calls.length === 0) group.forget(member);
      group.check();
    }
  }));
});

Deno.test("Division leaves nothing idle for over four seconds that somebody needs, however few have work", () => {
  const demands = fc.array(fc.subarray([...KINDS]), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(fc.record({ global: whole, f: whole }), demands, demands, ({ global, f }, ...all) => {
    const group = new Group({ global, f, g: 1_000_000 });
    for (const demand of all) {
      while (group.members.length < demand.length) group.join();
      for (const [i, member] of group.members.entries()) member.waiting = demand[i] ?? [];
      let used = 0;
      group.rounds(8, 200);
      // 4 s in all, as long as a turn: between two turns nobody has a limit for a moment, and of two limits that one call counts
      // against a member gets one after the other.
      for (let i = 0; i < 12; i++) {
        group.rounds(1, 200);
        used = Math.max(used, group.running("global"));
      }
      const needs = (kind: readonly string[]) =>
        group.members.some(({ waiting }) => waiting.includes(kind as never));
      const isOpen = needs(KINDS[1]) || needs(KINDS[2]);
      const most = isOpen ? global : needs(KINDS[0]) ? Math.min(global, f) : 0;
      // Whoever needs less keeps a 50th beside.
      const idle = group.members.length * Math.floor(global / 50);
      assert(
        used >= most - idle,
        JSON.stringify([
          used,
          most,
          group.members.map(({ running, division }) => [running, division.part, division.quota]),
        ]),
      );
    }
  }));
});

Deno.test("Division gives each an equal part, and lends what one does not need to the others", () => {
  const group = new Group({ global: 10 });
  const parts = () => group.members.map(({ running }) => running.global ?? 0);
  const [first, second, third] = [group.join(), group.join(), group.join()];
  first.waiting = [["global"]];
  group.rounds(8, 250);
  assertEquals(parts(), [10, 0, 0]);
  second.waiting = [["global"]];
  group.rounds(8, 250);
  assertEquals(parts(), [5, 5, 0]);
  third.waiting = [["global"]];
  group.rounds(8, 250);
  assertEquals(parts().toSorted(), [3, 3, 4]);
});

Deno.test("Division lets those that need it take turns where a limit is smaller than their number", () => {
  const group = new Group({ global: 1 });
  const members = [group.join(), group.join(), group.join()];
  for (const member of members) member.waiting = [["global"]];
  const had = new Map(members.map((member) => [member, 0]));
  let used = 0;
  for (let i = 0; i < 480; i++) {
    group.rounds(1, 250);
    group.check();
    for (const member of members) had.set(member, had.get(member)! + member.calls.length);
    used += group.running("global");
  }
  assert(used > 0.9 * 480, `used ${used} times of 480`);
  for (const times of had.values()) assert(times > 0.8 * 160, `${[...had.values()]} of 160 each`);
});

Deno.test("Division keeps a consumer's part of what is in flight until that has ended", () => {
  const group = new Group({ global: 8 });
  const first = group.join();
  first.waiting = [["global"]];
  for (let i = 0; i < 9; i++) group.step(first, 100);
  assertEquals(first.calls.length, 8);
  const second = group.join();
  second.waiting = [["global"]];
  const both = () => {
    for (let i = 0; i < 12; i++) for (const member of group.members) group.step(member, 50);
    return [first.calls.length, second.calls.length];
  };
  assertEquals(both(), [8, 0]);
  first.end(3);
  assertEquals(both(), [5, 3]);
  first.end(3);
  assertEquals(both(), [4, 4]);
});
