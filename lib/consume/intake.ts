import { type Clock, onAbort } from "../model/mod.ts";
import type { Claim, Held, Kind, Queue } from "../queue/mod.ts";
import type { Execution } from "./execution.ts";
import { Jams } from "./jams.ts";
import { type Memory, STUCK_PART } from "./memory.ts";
import { partition } from "./partition.ts";
import { Turns } from "./turns.ts";
import { type FullKinds, SHARE } from "./window_shares.ts";

/** The parts of an intake. */
export interface IntakeParts {
  readonly queue: Queue;
  readonly execution: Execution;
  readonly memory: Memory;
  readonly clock: Clock;
  /** Most instances that are taken from the queue and not ended. (Default: 100,000) */
  readonly window?: number | undefined;
  /** Most of these instances while other consumers have their part of the queue. (Default: the window) */
  mostHeld?(): number;
  /** Called when something was taken: it may start. */
  taken(): void;
}

/** The most that may be pulled: instances, and the characters of their args and outputs together. */
interface PullRoom {
  readonly instances: number;
  readonly characters: number;
}

const WINDOW = 100_000;
/** Instances taken from the queue at a time. */
const PULL = 1000;
/** A turn of what stands behind others that may not start: the most instances that are taken, and the longest wait for them. */
const TURN = { instances: 100, ms: 20 };
/** The pull that is made even without memory, while nothing is held: otherwise nothing would go on. */
const ONE = { instances: 1, characters: 0 };
/** The time between looks at what may not go on, in milliseconds: for each held instance, and at least. */
const LOOK_MS = { each: 0.015, least: 20 };

/** Takes instances from a queue, as far as there is room, so that none of them keeps others out that could start. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #window: number;
  readonly #jams = new Jams();
  readonly #turns: Turns;
  /** Before this instant it is not looked again at what may not go on. */
  #nextLookMs = -Infinity;
  /**
   * Instances that are to be cancelled, but were not here when that was heard, and whether their calls are to end: as many as
   * can be on their way here, as each pull clears them.
   */
  readonly #cancelled = new Map<string, boolean>();
  /** Instances that were to be handed over since the last pull began, but were not here when that was heard: see above. */
  #revokedOnTheWay = new Set<string>();
  #roomAgain = () => {};
  /** Something else may be taken from the queue now. */
  #moved = () => {};
  /** Ends a pull that waits. */
  #pullAgain = () => {};

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#window = parts.window ?? WINDOW;
    this.#turns = new Turns((ids) => parts.execution.blockage.stuckAmong(ids));
  }

  /** Takes instances until the signal ends it. */
  async run(signal: AbortSignal): Promise<void> {
    const forget = onAbort(signal, () => this.#roomAgain());
    while (!signal.aborted) {
      const room = this.#room();
      if (room === undefined) {
        await new Promise<void>((resolve) => this.#roomAgain = resolve);
        this.#parts.taken();
        continue;
      }
      const aside = this.#turns.kinds;
      const revoked = this.#revokedOnTheWay = new Set<string>();
      const pulled = await this.#claims(room, aside, signal);
      const [back, claims] = partition(pulled, ({ instance: { id } }) => revoked.has(id));
      this.#accept(claims);
      if (back.length > 0) await this.#parts.queue.release(back.map(heldOf));
      this.#parts.taken();
      this.#turns.pulled({ ids: claims.map(({ instance: { id } }) => id), wasTurn: aside !== undefined });
    }
    forget();
  }

  /** Something has been let go of. */
  released(): void {
    this.#roomAgain();
  }

  /** More or fewer instances may be held now. */
  resized(): void {
    this.#pullAgain();
    this.#roomAgain();
  }

  /** Something else may keep instances from going on now, or nothing. */
  changed(): void {
    this.#jams.clear();
  }

  /** Instances are another consumer's now that may be on their way here. */
  revoked(ids: readonly string[]): void {
    for (const id of ids) if (!this.#parts.execution.holds(id)) this.#revokedOnTheWay.add(id);
  }

  /** An instance is to be cancelled that may be on its way here. */
  cancelled(id: string, abort: boolean): void {
    this.#cancelled.set(id, abort);
  }

  /** Gives back what may not go on, if its part of the window is large enough to keep others out. */
  look(): void {
    const { execution: { size, busy }, memory } = this.#parts;
    const most = (this.#most - busy) * STUCK_PART;
    const isTight = size > busy + most || !memory.hasRoom;
    if (isTight || !this.#jams.isEmpty) this.#lookAtStuck(Math.floor(most)); // nearly never, and asked for with every call
    this.#moved();
  }

  #lookAtStuck(most: number): void {
    const { execution, memory, clock } = this.#parts, nowMs = clock.nowMs();
    this.#jams.advance(nowMs);
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + Math.max(LOOK_MS.least, execution.size * LOOK_MS.each);
    const bounds = { instances: most, bytes: memory.stuckBytes };
    const excess = this.#jams.look([...execution.blockage.stuck()], bounds, nowMs);
    this.#moved(); // before they are back, or they would be taken again
    execution.giveBackStuck(excess);
  }

  /** Most instances that it holds now. */
  get #most(): number {
    return Math.min(this.#window, this.#parts.mostHeld?.() ?? Infinity);
  }

  /** The room for more instances; undefined: there is none. */
  #room(): PullRoom | undefined {
    const { execution: { size } } = this.#parts, window = this.#most;
    const memory = this.#parts.memory.room() ?? (size === 0 ? ONE : undefined);
    if (size >= window || memory === undefined) return undefined;
    return { instances: Math.min(window - size, memory.instances), characters: memory.characters };
  }

  #accept(claims: readonly Claim[]): void {
    const { execution } = this.#parts;
    execution.accept(claims);
    for (const [id, abort] of this.#cancelled) execution.cancel(id, abort);
    this.#cancelled.clear();
  }

  #areStillFull(full: FullKinds): boolean {
    return full.kinds.length === 0 || full.areFull(this.#parts.execution.size, this.#room()?.instances ?? 0);
  }

  /**
   * Takes more from the queue, but nothing of the kinds that fill their share of the room, or may not start.
   *
   * @param aside what else is passed over this time: others have their turn, if there are any
   */
  async #claims(
    { instances: room, characters: maxCharacters }: PullRoom,
    aside: readonly Kind[] | undefined,
    signal: AbortSignal,
  ): Promise<Claim[]> {
    const { queue, clock, execution } = this.#parts, { version } = this.#jams;
    const full = execution.shares.full(execution.size, room);
    const passOver = [...full.kinds, ...this.#jams.kinds(), ...aside ?? []];
    const waiting = new AbortController();
    const forget = onAbort(signal, () => waiting.abort());
    this.#pullAgain = () => waiting.abort();
    const over = aside === undefined ? () => {} : clock.after(TURN.ms, () => waiting.abort());
    this.#moved = () => {
      if (version === this.#jams.version && this.#areStillFull(full)) return;
      this.#moved = () => {}; // to abort once more would make another error each time
      waiting.abort();
    };
    try {
      const most = Math.min(Math.ceil(room * SHARE), aside === undefined ? PULL : TURN.instances);
      return await queue.pull(most, waiting.signal, { maxCharacters, passOver });
    } finally {
      this.#moved = this.#pullAgain = () => {};
      over();
      forget();
    }
  }
}

function heldOf({ instance, number }: Claim): Held {
  return { instanceId: instance.id, claim: number };
}
