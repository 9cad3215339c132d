import { calledInstance, callKey, checkSubmission, type Clock, type NodeRecord } from "../model/mod.ts";
import type { ChildEnd } from "../queue/mod.ts";
import type { Tracer } from "../record/mod.ts";
import type { NodeCall, Scheduler, Submission } from "../scheduler/mod.ts";
import type { ExecutionSteps } from "./execution_steps.ts";
import type { Decisions } from "./expressions.ts";
import { HeldInstance } from "./held_instance.ts";
import { traceOfHeld } from "./held_traces.ts";
import type { Holdings } from "./holdings.ts";
import type { Memory } from "./memory.ts";
import { failedEnd, fitted, outcomeOf, takenBy, whyNotCalled } from "./outcomes.ts";
import type { ProgressWriter } from "./progress_writer.ts";
import type { QueueWriter } from "./queue_writer.ts";
import { isSettled } from "./starts.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** Why a called chain is cancelled whose caller ends early. */
export const CALLER_ENDED = "its caller has ended";
const ARGS_TOO_LARGE = "args-too-large: the queue takes no instance with args so long";
const TOO_LATE = failedEnd("it has ended before");

/** The conditions under which an instance begins here. */
export type Beginning = Pick<Submission, "notBeforeMs" | "cancel">;

export interface CalledChainsParts {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly holdings: Holdings;
  readonly decisions: Decisions;
  readonly writer: QueueWriter;
  readonly progress: ProgressWriter;
  readonly tracer: Tracer | undefined;
}

export interface CalledChainsHooks extends ExecutionSteps {
  /** A called instance is held from now on. @param recorded all that the queue had of it */
  begin(
    called: HeldInstance,
    progress: readonly NodeRecord[],
    beginning: Beginning,
    recorded: readonly NodeRecord[],
  ): void;
  /** A caller is another consumer's by now. */
  lost(held: HeldInstance): void;
}

/** Begins the chains that nodes call, as far as there is memory for them, and gives their callers what they have come to. */
export class CalledChains {
  readonly #parts: CalledChainsParts;
  readonly #hooks: CalledChainsHooks;
  readonly #waiting = new WaitingCalls();

  constructor(parts: CalledChainsParts, hooks: CalledChainsHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
  }

  /** An instance calls chains: they begin when there is memory for them, or at once if that only ends them. */
  add(held: HeldInstance, calls: readonly NodeCall[]): void {
    this.#waiting.add(held, calls);
    if (held.leaving || held.ending !== undefined) this.waitNoMore(held);
    else this.admit();
  }

  /** Begins calls that wait, as far as there is memory for what they call. */
  admit(): void {
    const { memory, holdings } = this.#parts;
    for (;;) {
      const admitted = this.#waiting.next(memory.isFullForCalls);
      if (admitted === undefined) return;
      const { held, call, begun } = admitted;
      const { weight } = held; // what is called may be given as much as its caller holds
      memory.hold(1, weight);
      const settled = (called?: HeldInstance) => {
        memory.hold(-1, -weight);
        begun(called && holdings.includes(called) ? called : undefined);
      };
      this.#hooks.track(
        this.#begin(held, call).then(settled, (error) => (settled(), Promise.reject(error))),
      );
    }
  }

  /** Begins the calls of an instance which is ending, or leaving: they end at once, but for what they have to undo. */
  waitNoMore(held: HeldInstance): void {
    for (const call of this.#waiting.of(held)) this.#hooks.track(this.#begin(held, call).then(() => {}));
  }

  /** An instance is held no more: if it was called, the next call may begin in its place. */
  dropped(held: HeldInstance): void {
    this.#waiting.ended(held);
  }

  /** Begins the chain that a node calls, or goes on with it. @returns what is held from now on, if it has begun */
  async #begin(held: HeldInstance, call: NodeCall): Promise<HeldInstance | undefined> {
    const { holdings, decisions, clock, writer, tracer } = this.#parts;
    const known = held.children.get(callKey(held.instance, call));
    if (known?.ended !== undefined) return void await this.returns(held, call, known.ended, 0);
    if (held.leaving || (held.ending !== undefined && known === undefined)) {
      return void await this.returns(held, call, TOO_LATE, 0);
    }
    let instance = known?.instance;
    if (instance === undefined) {
      try {
        const { args } = await decisions.dataOf(held, call);
        const flags = tracer && traceOfHeld(held, tracer).flags;
        instance = checkSubmission(calledInstance(held.instance, call, args, clock.wallMs(), flags));
      } catch (error) {
        return void await this.returns(held, call, failedEnd(whyNotCalled(error)), 0);
      }
      const refusal = held.leaving
        ? undefined
        : holdings.has(instance.id)
        ? "id-conflict"
        : await writer.call(instance);
      if (refusal === "lease-lost") this.#hooks.lost(held);
      if (refusal === "id-conflict" || refusal === "too-large") {
        const why = refusal === "id-conflict" ? takenBy(instance.id) : ARGS_TOO_LARGE;
        return void await this.returns(held, call, failedEnd(why), 0);
      }
      if (held.leaving || held.ending !== undefined) {
        return void await this.returns(held, call, TOO_LATE, 0);
      }
    }
    if (holdings.has(instance.id)) { // on Kafka it may have begun elsewhere than at its home
      return void await this.returns(held, call, failedEnd(takenBy(instance.id)), 0);
    }
    const progress = known?.progress.filter(isSettled) ?? [];
    const called = new HeldInstance(instance, progress, held.claim, { held, call });
    const cancel = held.ending === undefined ? known?.cancel : CALLER_ENDED;
    this.#hooks.begin(called, progress, { cancel }, known?.progress ?? []);
    this.#hooks.changed();
    return called;
  }

  /**
   * Gives the caller of a chain what it has come to.
   *
   * @param runMs how long the chain would have taken had nothing waited
   */
  async returns(held: HeldInstance, call: NodeCall, end: ChildEnd, runMs: number): Promise<void> {
    const { scheduler, clock, holdings, progress } = this.#parts;
    const outcome = fitted(held, call, outcomeOf(end, callKey(held.instance, call)));
    const state = outcome.kind === "ok" ? "ok" : "failed";
    if (!held.leaving) { // else whoever goes on with it gets to know that from the called one
      held.settled(call, state, 1, outcome, runMs, clock.wallMs());
      holdings.weigh(held);
      if (held.open > 0) await progress.write(held);
    }
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const settlement = scheduler.settleCall(held.id, call, state, reason, clock.nowMs());
    if (settlement !== undefined) this.#hooks.follow(held, settlement);
    this.#hooks.changed();
  }
}
