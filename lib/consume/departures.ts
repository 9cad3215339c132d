import type { Clock } from "../model/mod.ts";
import type { ChildEnd, Claim } from "../queue/mod.ts";
import type { Scheduler } from "../scheduler/mod.ts";
import type { ExecutionSteps } from "./execution_steps.ts";
import type { Delays } from "./delays.ts";
import { HandOvers } from "./hand_overs.ts";
import type { Caller, HeldInstance } from "./held_instance.ts";
import type { Holdings } from "./holdings.ts";
import type { Stuck } from "./jams.ts";
import type { Memory } from "./memory.ts";
import { failedEnd } from "./outcomes.ts";
import type { ProgressWriter } from "./progress_writer.ts";
import type { QueueWriter } from "./queue_writer.ts";
import { named } from "./starts.ts";

/** Calls in flight of an instance that is given back may take this long, in milliseconds: longer than calls may run. */
const GIVE_BACK_MS = 86_400_000;
/** Why nothing more starts of an instance that leaves. */
export const LEAVES = "another consumer goes on with it";
const LOST = "another consumer has it";

export interface DepartureParts {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly holdings: Holdings;
  readonly writer: QueueWriter;
  readonly progress: ProgressWriter;
  readonly delays: Delays;
}

export interface DepartureHooks extends ExecutionSteps {
  /** Ends the calls of an instance that wait for memory. */
  waitNoMore(held: HeldInstance): void;
  /** An instance is held no more. */
  dropped(held: HeldInstance): void;
  /** Gives the caller of a chain the end of that chain. */
  returns(caller: Caller, end: ChildEnd): Promise<void>;
  /** An instance that had been lost has come back, and nothing is in flight any more of what was held of it. */
  cameBack(claim: Claim): void;
  /** An instance that was taken from the queue has been let go of. */
  released(): void;
}

/**
 * The ways by which instances leave a consumer before they have ended; {@linkcode HoldState} is the table of their states. All
 * that is given back takes one way, whoever asks for it (the queue, the memory, the peers, the jams): nothing more of it starts,
 * what is in flight ends, and then it is released.
 */
export class Departures {
  readonly #parts: DepartureParts;
  readonly #hooks: DepartureHooks;
  readonly #handOvers: HandOvers;
  /** Roots that are being given back to the queue, as there is too little memory for them. */
  readonly #forMemory = new Set<HeldInstance>();
  /** Roots that are being given back as they may not go on, and what they wait for. */
  readonly #waitFor = new Map<HeldInstance, string>();
  #isStopped = false;

  constructor(parts: DepartureParts, hooks: DepartureHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.#handOvers = new HandOvers(parts.clock, (root) => this.#cutOff(root));
  }

  /** Gives nothing back any more: all ends at once. */
  stop(): void {
    this.#isStopped = true;
    this.#handOvers.clear();
  }

  /** The number of instances that are being given back because they may not go on. */
  get waiting(): number {
    return this.#waitFor.size;
  }

  /**
   * Hands instances over to other consumers: nothing more of them starts, and each is released once nothing of it, and of
   * what it has called, is in flight. What ends well until then is written; what fails runs again there, unless it may run
   * once only. What is not held is passed over, as what was called is: it goes with its root.
   *
   * @param withinMs how long that may take, in milliseconds; what is in flight then is cut off, and nothing of it is written.
   * (Default: a day)
   */
  giveBack(ids: readonly string[], withinMs = GIVE_BACK_MS): void {
    const held = new Set(ids.map((id) => this.#parts.holdings.get(id)).filter((held) => held !== undefined));
    this.#giveBack([...held].filter(({ caller }) => caller === undefined), withinMs);
  }

  #giveBack(roots: readonly HeldInstance[], withinMs: number): void {
    if (this.#isStopped) return;
    for (const root of roots) {
      if (root.again !== undefined && withinMs > 0) {
        this.#hooks.track(this.#parts.writer.release({ instanceId: root.id, claim: root.again.number }));
      }
      root.again = undefined;
    }
    if (withinMs <= 0) return roots.forEach((root) => this.#cutOff(root));
    const leaving = roots.filter(({ lost }) => !lost);
    this.#handOvers.begin(leaving, withinMs);
    this.#forget(leaving, LEAVES);
  }

  /** Gives instances back that may not go on, under the names of what they wait for. */
  giveBackStuck(stuck: readonly Stuck[]): void {
    if (this.#isStopped) return;
    for (const { held, obstacle } of stuck) this.#waitFor.set(held, obstacle.name);
    this.#giveBack(stuck.map(({ held }) => held), GIVE_BACK_MS);
  }

  /** Gives the youngest instances back, if what is held has grown too much; the oldest one always stays. */
  giveBackExcess(): void {
    let excess = this.#forMemory.size > 0 ? 0 : this.#parts.memory.excess;
    if (excess <= 0) return;
    const roots = [...this.#parts.holdings.all()].filter(({ caller, leaving }) =>
      caller === undefined && !leaving
    );
    for (const root of roots.slice(1).reverse()) {
      if (excess <= 0) break;
      for (const held of root.tree()) excess -= held.weight;
      this.#forMemory.add(root);
    }
    this.#giveBack([...this.#forMemory], GIVE_BACK_MS);
  }

  /** Drops what another consumer has now, and cuts off what is in flight of it. */
  #cutOff(root: HeldInstance): void {
    const tree = [...root.tree()];
    this.lose(root);
    for (const held of tree) held.abortCalls();
  }

  /** Drops an instance that is another consumer's now, with all that it belongs to. */
  lose({ root }: HeldInstance): void {
    for (const held of root.tree()) held.passes("lose");
    this.#forget([root], LOST);
  }

  /** Starts nothing more of instances, and of what they have called; what is not in flight is over. */
  #forget(roots: readonly HeldInstance[], reason: string): void {
    const { scheduler, clock, delays } = this.#parts;
    const leaving = roots.flatMap((root) => [...root.tree()].reverse());
    for (const held of leaving) {
      held.passes("leave");
      if (!held.lost) delays.keep(held);
    }
    // All of them first: what follows from one may start calls of those that are not forgotten yet, which are no delays any
    // more; and with the end of what it has called a root may be over, and be here again.
    const settlements = leaving.map(({ id }) => scheduler.forget(id, clock.nowMs(), reason));
    settlements.forEach((settlement, i) => {
      if (settlement !== undefined) this.#hooks.follow(leaving[i]!, settlement);
    });
    for (const held of leaving) this.#hooks.waitNoMore(held); // now that nothing comes of how they end
  }

  /** Lets another consumer go on with an instance, as nothing of it is in flight here any more. */
  async release(held: HeldInstance): Promise<void> {
    const { delays, progress, writer } = this.#parts;
    const { caller } = held, delayed = delays.kept(held);
    if (delayed.length > 0) await progress.write(held, ...delayed);
    if (caller === undefined && !held.lost) {
      const waitsFor = this.#waitFor.get(held);
      await writer.release({ ...named(held), ...waitsFor !== undefined && { waitsFor } }, held);
    }
    this.drop(held);
    if (caller !== undefined) await this.#hooks.returns(caller, failedEnd(LEAVES));
  }

  /** Nothing more is to be done for an instance here, whether it has ended or goes on elsewhere. */
  drop(held: HeldInstance): void {
    const { holdings, delays } = this.#parts;
    holdings.drop(held);
    delays.forget(held);
    this.#hooks.dropped(held);
    if (held.caller === undefined) this.#letGo(held);
    else held.caller.held.isDoneWith(held);
  }

  #letGo(root: HeldInstance): void {
    this.#parts.holdings.letGo(root);
    this.#forMemory.delete(root);
    this.#waitFor.delete(root);
    this.#handOvers.end(root);
    if (root.again !== undefined) {
      this.#hooks.cameBack(root.again);
      this.#hooks.changed();
    }
    this.#hooks.released();
  }
}
