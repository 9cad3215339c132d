import { type Instance, type InstanceOutcome, isTold, type JsonText } from "../../model/mod.ts";
import {
  type CallbackCounts,
  type CallbackFilter,
  type CallbackRoom,
  callbackTest,
  type CallbackView,
  originOf,
  type SettledCallback,
  type TakenCallback,
  toldEnd,
} from "../callbacks.ts";
import { countStates, type DueCallbacks, pickDue, type WaitingCallback } from "../due_callbacks.ts";

/** An instance that has ended. */
interface Ended {
  readonly instance: Instance;
  readonly endedAtMs: number | undefined;
  readonly reason: string | undefined;
  readonly output: JsonText | undefined;
}

interface Told {
  taken: TakenCallback;
  readonly origin: string;
  settled: Omit<SettledCallback, "id">;
  owner: object | undefined;
}

/** The callbacks of a queue in memory: as many as instances have ended and are not told, and those settled within `keep`. */
export class MemoryCallbacks {
  readonly #all = new Map<string, Told>();
  readonly #changed: () => void;

  /** @param changed called when others may be due, or later */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** An instance has ended. @returns whether that is to be told */
  ended({ instance, endedAtMs = 0, reason, output }: Ended, outcome: InstanceOutcome): boolean {
    const { callback } = instance;
    if (callback === undefined || !isTold(callback, outcome)) return false;
    const end = toldEnd(instance, { outcome, endedAtMs, reason, output });
    const id = `msg_${crypto.randomUUID().replaceAll("-", "")}`;
    this.#all.set(id, {
      taken: { id, callback, end, attempts: 0, sinceMs: endedAtMs },
      origin: originOf(callback),
      settled: { state: "waiting", attempts: 0, atMs: -Infinity },
      owner: undefined,
    });
    return true;
  }

  *#waiting(): Generator<WaitingCallback & { readonly of: Told }> {
    for (const of of this.#all.values()) {
      const { origin, settled: { state, atMs }, owner } = of;
      if (state === "waiting" && owner === undefined) yield { of, origin, atMs };
    }
  }

  /** Takes those for an owner that are due, as far as there is room. */
  take(room: CallbackRoom, owner: object, nowMs: number): DueCallbacks<TakenCallback> {
    const { due, nextMs } = pickDue(this.#waiting(), room, nowMs);
    for (const { of } of due) of.owner = owner;
    return {
      due: due.map(({ of: { taken, settled: { attempts } } }) => ({ ...taken, attempts })),
      nextMs,
    };
  }

  /** Writes the outcomes of an owner's attempts. */
  settle(settled: readonly SettledCallback[], owner: object): void {
    for (const { id, ...rest } of settled) {
      const each = this.#all.get(id);
      if (each?.owner === owner) Object.assign(each, { owner: undefined, settled: rest });
    }
    this.#changed();
  }

  /** Has those be delivered after all that were given up. @returns their number */
  retry(ids: readonly string[], nowMs: number): number {
    const meant = [...new Set(ids)].map((id) => this.#all.get(id))
      .filter((each) => each?.settled.state === "given-up") as Told[];
    for (const each of meant) {
      each.taken = { ...each.taken, sinceMs: nowMs };
      each.settled = { state: "waiting", attempts: 0, atMs: nowMs };
    }
    this.#changed();
    return meant.length;
  }

  /** Gives up all that an owner has taken. */
  release(owner: object): void {
    for (const each of this.#all.values()) if (each.owner === owner) each.owner = undefined;
  }

  /** Forgets those that were settled before an instant, in milliseconds since 1970. */
  purge(beforeMs: number): void {
    for (const [id, { settled: { state, atMs } }] of this.#all) {
      if (state !== "waiting" && atMs < beforeMs) this.#all.delete(id);
    }
  }

  /** Those that a filter means, oldest first. */
  list(filter: CallbackFilter): CallbackView[] {
    const isMeant = callbackTest(filter);
    return [...this.#all.values()].map(
      ({ taken: { id, callback, end: { output: _, ...end } }, settled }) => {
        const atMs = Math.max(settled.atMs, 0);
        return { id, ...settled, atMs, callback, end };
      },
    ).filter(({ id, state, end: { instance } }) => isMeant({ id, state, instance })).slice(0, filter.limit);
  }

  counts(): CallbackCounts {
    return countStates([...this.#all.values()].map(({ settled: { state } }) => state));
  }
}
