import { assertEquals } from "@std/assert";
import type { Clock } from "../model/mod.ts";
import { type DatedRecord, Roster, type RosterEntry } from "./roster.ts";

const RECORD: DatedRecord = {
  ...{ host: "a", pid: 1, version: "1", policy: "fcfs", limits: {}, instances: 0 },
  ...{ running: 0, ready: 0, callsPerS: 0, throttled: 0 },
};

/** Consumers whose records somebody looks at: each beats once a second until it dies, by a clock that runs while they look. */
class World {
  nowMs = 1_000_000;
  readonly #clock: Clock = {
    nowMs: () => this.nowMs,
    wallMs: () => this.nowMs,
    until: (atMs) => Promise.resolve(void (this.nowMs = Math.max(this.nowMs, atMs))),
    after: () => () => {},
  };
  readonly roster: Roster;

  /** @param consumers when each dies, and how far its machine's clock is ahead of that of whoever looks */
  constructor(
    consumers: Readonly<Record<string, { readonly diesAtMs?: number; readonly aheadMs?: number }>>,
  ) {
    this.roster = new Roster(this.#clock, () => {
      const entries = Object.entries(consumers).map(
        ([id, { diesAtMs = Infinity, aheadMs = 0 }]): RosterEntry => {
          const beat = Math.floor(Math.min(this.nowMs, diesAtMs) / 1000);
          return { id, beat, record: { ...RECORD, writtenAtMs: beat * 1000 + aheadMs } };
        },
      );
      return Promise.resolve(entries);
    });
  }

  /** Who lives, how long ago they beat, and how long it took to know. */
  async look(): Promise<{ readonly living: Record<string, number>; readonly tookMs: number }> {
    const fromMs = this.nowMs;
    const views = await this.roster.living();
    const living = Object.fromEntries(views.map(({ id, beatAgoMs }) => [id, beatAgoMs]));
    return { living, tookMs: this.nowMs - fromMs };
  }
}

Deno.test("Roster.living() knows at once who has written lately, and who is dead within four seconds", async () => {
  const world = new World({ lives: {}, dead: { diesAtMs: 1_000_000 } });
  world.nowMs += 300;
  assertEquals(await world.look(), { living: { lives: 300, dead: 300 }, tookMs: 0 });
  world.nowMs += 4000;
  const { living } = await world.look();
  assertEquals(Object.keys(living), ["lives"]);
});

Deno.test("Roster.living() gives an old record time for a beat, and no more", async () => {
  const world = new World({ lives: {}, dead: { diesAtMs: 900_000 } });
  assertEquals(await world.look(), { living: { lives: 500 }, tookMs: 1500 });
});

Deno.test("Roster.living() finds who lives by beats where the clocks of machines differ", async () => {
  for (const aheadMs of [-7_200_000, 7_200_000]) {
    const world = new World({ lives: { aheadMs }, dead: { aheadMs, diesAtMs: 999_000 } });
    const { living, tookMs } = await world.look();
    assertEquals(Object.keys(living), ["lives"]);
    assertEquals(tookMs <= 1500, true);
  }
});

Deno.test("Roster.recent() waits for nobody: records count by their times until their consumers are seen to beat", async () => {
  const world = new World({ lives: {}, dead: { diesAtMs: 999_000 }, old: { diesAtMs: 900_000 } });
  const recent = async () =>
    Object.fromEntries((await world.roster.recent()).map(({ id, beatAgoMs }) => [id, beatAgoMs]));
  world.nowMs += 300;
  const fromMs = world.nowMs;
  assertEquals([await recent(), world.nowMs], [{ lives: 300, dead: 1300 }, fromMs]);
  world.nowMs += 800;
  assertEquals(await recent(), { lives: 0, dead: 2100 });
  world.nowMs += 300;
  assertEquals(await recent(), { lives: 300, dead: 2400 });
});
