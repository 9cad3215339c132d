import type { Kind } from "../queue/mod.ts";
import type { Stuck } from "./jams.ts";

/** Kinds that are passed over at a time; when there are more, it begins again. */
const MOST_KINDS = 128;

/** Tells of a pull, when what came could start has started. */
export interface Pulled {
  /** The ids of what came. */
  readonly ids: readonly string[];
  /** Whether it was a turn of others. */
  readonly wasTurn: boolean;
}

/**
 * Lets what stands in the queue behind what may not start have every second turn: else the window would have to be full of that
 * before others come in, which takes as long as it is large.
 */
export class Turns {
  readonly #stuckAmong: (ids: readonly string[]) => Iterable<Stuck>;
  /** The ids of the last pull: an instance that is tried in vain shows that only after a while. */
  #recent: readonly string[] = [];
  readonly #kinds = new Map<unknown, Kind>();
  #isNext = false;

  /** @param stuckAmong those of some instances that may not go on */
  constructor(stuckAmong: (ids: readonly string[]) => Iterable<Stuck>) {
    this.#stuckAmong = stuckAmong;
  }

  /** The kinds that the next pull has to pass over, if it is a turn of others. */
  get kinds(): readonly Kind[] | undefined {
    return this.#isNext ? [...this.#kinds.values()] : undefined;
  }

  /** Takes in what came of a pull. */
  pulled({ ids, wasTurn }: Pulled): void {
    if (wasTurn && ids.length === 0) this.#kinds.clear(); // there is nothing else
    for (const each of this.#stuckAmong([...this.#recent, ...ids])) this.#passOver(each);
    this.#recent = ids;
    this.#isNext = !wasTurn && this.#kinds.size > 0;
  }

  #passOver({ held: { instance: { chain, labels } }, obstacle: { name, reach, label } }: Stuck): void {
    if (this.#kinds.size >= MOST_KINDS) this.#kinds.clear();
    this.#kinds.set(name, { waitsFor: name });
    if (label !== undefined) this.#kinds.set(`label of ${name}`, { waitsFor: name, label });
    else if (reach === "labels") {
      this.#kinds.set(`${JSON.stringify(labels)} of ${chain.name}`, { chain, labels });
    } else this.#kinds.set(chain, { chain });
  }
}
