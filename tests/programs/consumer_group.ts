/** Consumers of one queue in virtual time, and what their platforms saw of all together. */
import type { Processes } from "../../lib/consume/mod.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { ScriptedPlatform } from "./scripted_platform.ts";
import { type Running, World } from "./world.ts";

/** The time of a call: those in flight at a stopped consumer end before the others count with their places. */
export const CALL_MS = 200;
/** The consumers of a group. */
export interface GroupOptions {
  readonly limits: Limits;
  /** Tells which of them the system knows to be gone. (Default: nobody tells) */
  readonly processes?: Processes;
  /** The times that writes take, in turn, in milliseconds. (Default: none) */
  readonly writesMs?: readonly number[];
  /** The time of a call, in milliseconds. (Default: {@linkcode CALL_MS}) */
  readonly runMs?: number;
}

/** A consumer, the platform that it calls, and what becomes of it. */
export class Member {
  readonly platform: ScriptedPlatform;
  readonly running: Running;
  /** When it was killed. */
  endMs = Infinity;
  /** Resolves when it is not stopped: its record can be written and the others' be read. */
  awake: Promise<void> = Promise.resolve();

  constructor(
    world: World,
    pid: number,
    { limits, processes, writesMs = [0], runMs = CALL_MS }: GroupOptions,
  ) {
    this.platform = new ScriptedPlatform(world.clock, () => ({ runMs }));
    const wait = async <T>(work: () => Promise<T>) => (await this.awake, await work());
    let writes = 0;
    this.running = world.start({
      ...{ platform: this.platform, limits, about: { host: "h", pid, version: "1" } },
      ...processes !== undefined && { processes },
      alter: (queue) => ({
        beat: (record) => wait(() => queue.beat(record)),
        consumers: () => wait(() => queue.consumers()),
        checkpoint: async (progress) => {
          await world.clock.until(world.clock.nowMs() + writesMs[writes++ % writesMs.length]!);
          await queue.checkpoint(progress);
        },
      }),
    });
  }
}

/** Consumers of one queue that has always something to do. */
export class Group {
  readonly world = new World();
  readonly members: Member[] = [];

  constructor(readonly options: GroupOptions) {}

  join(): Member {
    const member = new Member(this.world, this.members.length, this.options);
    this.members.push(member);
    return member;
  }

  kill(member: Member): void {
    member.endMs = this.world.clock.nowMs();
    this.world.kill(member.running);
  }

  /** It sees no time pass for a while. */
  stop(member: Member, ms: number): void {
    const { clock } = this.world;
    member.awake = clock.until(clock.nowMs() + ms);
  }

  /** Ends those that live. */
  async end(): Promise<void> {
    const alive = this.members.filter(({ endMs }) => endMs === Infinity);
    for (const { running } of alive) running.drain.abort();
    for (const { running } of alive) await this.world.end(running);
  }

  /** The starts of all, of a function or all, in order. */
  starts(functionName?: string): number[] {
    return this.members.flatMap(({ platform: { calls } }) =>
      calls.flatMap((call) => (functionName ?? call.function) === call.function ? [call.startedAtMs] : [])
    ).sort((a, b) => a - b);
  }

  /** The most calls in flight at once from an instant on, without those that a dead consumer had, of a function or all. */
  most(fromMs = 0, functionName?: string): number {
    const changes = this.members.flatMap(({ platform, endMs }) =>
      platform.calls.filter((call) => functionName === undefined || call.function === functionName)
        .flatMap(({ startedAtMs }) => [
          [Math.min(startedAtMs + CALL_MS, endMs), -1] as const,
          [startedAtMs, 1] as const,
        ])
    ).sort(([a, down], [b, up]) => a - b || down - up);
    let running = 0, most = 0;
    for (const [atMs, change] of changes) {
      running += change;
      if (atMs >= fromMs) most = Math.max(most, running);
    }
    return most;
  }
}

/** The most starts in a window. */
export function mostIn(windowMs: number, starts: readonly number[]): number {
  let from = 0;
  return starts.reduce((most, atMs, i) => {
    while (starts[from]! + windowMs <= atMs) from++;
    return Math.max(most, i - from + 1);
  }, 0);
}
