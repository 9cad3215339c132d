import type { Clock } from "../model/mod.ts";
import { BEAT_MS, type ConsumerView, type QueueDriver, QueueError } from "../queue/mod.ts";
import { type About, unlessOver } from "./beats.ts";
import { partition } from "./partition.ts";

/** The changes among the other consumers of a queue. */
export interface PeerNews {
  /** Those that are there for the first time. */
  readonly joined: readonly ConsumerView[];
  /** Those that have ended. */
  readonly left: readonly ConsumerView[];
  /** Those that have gone silent: killed, stopped, or cut off from the queue. */
  readonly lost: readonly ConsumerView[];
  /** The number of consumers there now, this one included. */
  readonly all: number;
}

/** Time between two looks, in milliseconds: at most one piece of news of each kind comes in it. */
const LOOK_MS = 1000;
/** A consumer that is gone has died, if its last beat that was seen was older than this, in milliseconds. */
const SILENT_FOR_MS = 1.5 * BEAT_MS;

/** The parts that a consumer watches the others with. */
export interface PeerWatchOptions {
  readonly queue: Pick<QueueDriver, "consumers">;
  readonly clock: Clock;
  /** This consumer's process, and the key of its quota, if it has one. */
  readonly own: Pick<About, "host" | "pid"> & { readonly key?: string };
  readonly onNews: (news: PeerNews) => void;
}

/** Tells which other consumers come and go. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  /** The others at the last look, by their ids: as many as live. */
  #known: ReadonlyMap<string, ConsumerView> = new Map();
  #lookedAtMs = -Infinity;

  constructor(options: PeerWatchOptions) {
    this.#options = options;
  }

  /** Takes in the consumers that live. */
  look(all: readonly ConsumerView[]): void {
    const { clock, onNews } = this.#options, nowMs = clock.nowMs();
    if (nowMs < this.#lookedAtMs + LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const before = this.#known,
      now = new Map(all.flatMap((view) => this.#isOwn(view) ? [] : [[view.id, view]]));
    this.#known = now;
    const joined = [...now.values()].filter(({ id }) => !before.has(id));
    const [left, lost] = partition([...before.values()].filter(({ id }) => !now.has(id)), hasEnded);
    if (joined.length + left.length + lost.length > 0) onNews({ joined, left, lost, all: now.size + 1 });
  }

  /** Looks by itself about once a second, until `over` is aborted. A look that fails is left out. */
  async run(over: AbortSignal): Promise<void> {
    const { queue, clock } = this.#options;
    const look = async () => {
      try {
        this.look(await queue.consumers(true));
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
      }
    };
    while (!over.aborted) {
      await unlessOver(look(), over);
      await clock.until(clock.nowMs() + LOOK_MS, over);
    }
  }

  #isOwn({ quota, host, pid }: ConsumerView): boolean {
    const { own } = this.#options;
    return own.key !== undefined && quota !== undefined
      ? quota.key === own.key
      : host === own.host && pid === own.pid;
  }
}

/** Whether a consumer that is gone has ended by itself. */
function hasEnded({ quota, beatAgoMs }: ConsumerView): boolean {
  return quota?.isLeaving === true || beatAgoMs < SILENT_FOR_MS;
}
