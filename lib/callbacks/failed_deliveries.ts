import { type Clock, counted, formatDuration } from "../model/mod.ts";

/** The deliveries to one origin that have failed since the last line. */
interface Group {
  count: number;
  readonly first: string;
}

/** Most origins that are told apart in one line each; the deliveries to others are counted together. */
const MOST_ORIGINS = 20;

/** Tells failed deliveries in groups, so that a receiver that is down is a line now and then. */
export class FailedDeliveries {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #onNote: (words: string) => void;
  #groups = new Map<string, Group>();
  #sinceMs = 0;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, onNote: (words: string) => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#onNote = onNote;
  }

  /** A delivery to an origin has failed: the first one is told at once. */
  add(origin: string, failure: string): void {
    if (this.#disarm === undefined) {
      this.#onNote(`A callback to ${origin} failed, and is tried again: ${failure}`);
      return this.#begin();
    }
    const key = this.#groups.has(origin) || this.#groups.size < MOST_ORIGINS ? origin : "others";
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { count: 1, first: failure });
    else group.count++;
  }

  #begin(): void {
    this.#sinceMs = this.#clock.nowMs();
    this.#disarm = this.#clock.after(this.#everyMs, () => this.#tell());
  }

  #tell(): void {
    this.#disarm = undefined;
    const groups = this.#groups, lasted = formatDuration(Math.round(this.#clock.nowMs() - this.#sinceMs));
    this.#groups = new Map();
    for (const [origin, { count, first }] of groups) {
      this.#onNote(`Callbacks to ${origin} failed ${counted(count, "time")} in ${lasted}, first: ${first}`);
    }
    if (groups.size > 0) this.#begin();
  }

  /** Tells the rest. */
  end(): void {
    this.#disarm?.();
    if (this.#groups.size > 0) this.#tell();
    this.#disarm?.();
    this.#disarm = undefined;
  }
}
