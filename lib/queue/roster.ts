import type { Clock } from "../model/mod.ts";
import { BEAT_MS, type ConsumerRecord, type ConsumerView, SILENT_MS } from "./consumers.ts";
import { HeartbeatMonitor } from "./heartbeat_monitor.ts";

/** The latest record of a consumer, which may be dead. */
export interface RosterEntry {
  readonly id: string;
  /** The number of its latest beat. */
  readonly beat: number;
  /** Undefined if it has written none, or one that cannot be read. */
  readonly record: DatedRecord | undefined;
}

/** A consumer's record, and when it was written, in milliseconds since 1970 by the clock of its machine. */
export type DatedRecord = ConsumerRecord & { readonly writtenAtMs?: number };

/** After a longer time without a look, in milliseconds, it is not known who lives. */
const LONGEST_LOOK_MS = 2 * BEAT_MS;
/** Time between two looks at the records while it is not known who lives, in milliseconds. */
const LOOK_MS = 50;
/** One whose record is old, or of a clock that is set otherwise, is given this time to beat, in milliseconds. */
const WATCHED_MS = 1.5 * BEAT_MS;

/** Tells consumers that live from records that dead ones have left. */
export class Roster {
  readonly #clock: Clock;
  readonly #read: () => Promise<readonly RosterEntry[]>;
  #heartbeats = new HeartbeatMonitor(LONGEST_LOOK_MS);
  #lookedAtMs = -Infinity;

  /** @param read reads the records that there are, those of the oldest consumers first */
  constructor(clock: Clock, read: () => Promise<readonly RosterEntry[]>) {
    this.#clock = clock;
    this.#read = read;
  }

  /**
   * The consumers that live. One that has not been seen to beat counts by the time that its record bears; if that says no, or
   * lies in the future, it is watched first.
   */
  async living(): Promise<ConsumerView[]> {
    for (;;) {
      const observed = (await this.#look()).filter(({ silentMs, isKnown }) =>
        silentMs < (isKnown ? SILENT_MS : WATCHED_MS)
      );
      if (observed.every(({ isKnown }) => isKnown)) return observed.flatMap(viewOf);
      await this.#clock.until(this.#lookedAtMs + LOOK_MS);
    }
  }

  /**
   * The consumers that have beaten lately: by what was seen of them or, as long as none was seen to beat, by the time that its record
   * bears. Nothing is waited for.
   */
  async recent(): Promise<ConsumerView[]> {
    return (await this.#look()).filter(({ agoMs }) => agoMs < SILENT_MS).flatMap(viewOf);
  }

  async #look(): Promise<Observed[]> {
    const entries = await this.#read();
    const nowMs = this.#clock.nowMs(), wallMs = this.#clock.wallMs();
    if (nowMs - this.#lookedAtMs > LONGEST_LOOK_MS) this.#heartbeats = new HeartbeatMonitor(LONGEST_LOOK_MS);
    this.#lookedAtMs = nowMs;
    const beats = this.#heartbeats.look(entries.map(({ id, beat }) => [id, beat]), { nowMs });
    return entries.map(({ id, record }) => {
      const { isAlive, silentMs } = beats.get(id)!;
      const agoMs = isAlive ? silentMs : Math.max(silentMs, wallMs - (record?.writtenAtMs ?? -Infinity));
      const isKnown = isAlive || agoMs < SILENT_MS && record!.writtenAtMs! <= wallMs + BEAT_MS;
      return { id, record, isKnown, agoMs, silentMs };
    });
  }
}

/** A record that was read, and what is known of its consumer. */
interface Observed extends Pick<RosterEntry, "id" | "record"> {
  /** Whether it lives, as far as is known; else it is not known. */
  readonly isKnown: boolean;
  /** Time since it was last heard of, in milliseconds; … */
  readonly agoMs: number;
  /** … and since then, as far as this process has seen. */
  readonly silentMs: number;
}

function viewOf({ id, record, agoMs: beatAgoMs }: Observed): ConsumerView[] {
  if (record === undefined) return [];
  const { writtenAtMs: _, ...rest } = record;
  return [{ id, ...rest, beatAgoMs }];
}
