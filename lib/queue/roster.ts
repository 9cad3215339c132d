import type { Clock } from "../model/mod.ts";
import { BEAT_MS, type ConsumerRecord, type ConsumerView, SILENT_MS } from "./consumers.ts";
import { Silence } from "./silence.ts";

/** The latest record of a consumer, which may be dead. */
export interface RosterEntry {
  readonly id: string;
  /** The number of its latest beat. */
  readonly beat: number;
  /** Undefined if it has written none, or one that cannot be read. */
  readonly record: ConsumerRecord | undefined;
}

/** After a longer time without a look, in milliseconds, it is not known who lives. */
const LONGEST_LOOK_MS = 2 * BEAT_MS;
/** How often records are read while it is not known who lives, in milliseconds. */
const LOOK_MS = 50;

/** Tells consumers that live from records that dead ones have left. */
export class Roster {
  readonly #clock: Clock;
  readonly #read: () => Promise<readonly RosterEntry[]>;
  #silence = new Silence(LONGEST_LOOK_MS);
  #lookedAtMs = -Infinity;

  /** @param read reads the records that there are, those of the oldest consumers first */
  constructor(clock: Clock, read: () => Promise<readonly RosterEntry[]>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Waits until it is known of every consumer whether it lives. @returns those that do */
  async living(): Promise<ConsumerView[]> {
    for (;;) {
      const entries = await this.#read();
      const nowMs = this.#clock.nowMs();
      if (nowMs - this.#lookedAtMs > LONGEST_LOOK_MS) this.#silence = new Silence(LONGEST_LOOK_MS);
      this.#lookedAtMs = nowMs;
      const beats = this.#silence.look(entries.map(({ id, beat }) => [id, beat]), { nowMs });
      const heard = entries.map((entry) => ({ ...entry, ...beats.get(entry.id)! }))
        .filter(({ silentMs }) => silentMs < SILENT_MS);
      if (heard.every(({ isAlive }) => isAlive)) {
        return heard.flatMap(({ id, record, silentMs }) =>
          record === undefined ? [] : [{ id, ...record, beatAgoMs: silentMs }]
        );
      }
      await this.#clock.until(nowMs + LOOK_MS);
    }
  }
}
