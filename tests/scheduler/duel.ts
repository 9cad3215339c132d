import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Chain,
  type Instance,
  type MadeOutcome,
  type NodeRecord,
  NULL,
  type Pause,
} from "../../lib/model/mod.ts";
import { runsAfter, seededRandom } from "../../lib/model/mod.ts";
import {
  type Decision,
  type FixedLimits,
  type Invocation,
  type NodeCall,
  type PlatformOption,
  Scheduler,
  type Settlement,
} from "../../lib/scheduler/mod.ts";
import {
  chains,
  limits as anyLimits,
  makePolicy,
  type PolicyChoice,
  type Step,
  steps,
  type Submission,
} from "./arbitraries.ts";
import { Ledger } from "./ledger.ts";
import { type Entry, Oracle, type Share } from "./oracle.ts";

const OK: MadeOutcome = { kind: "ok", output: NULL };

/** The options of a scheduler. */
export interface Manner {
  readonly strictShares?: boolean;
  readonly shed?: boolean;
  readonly platforms?: readonly PlatformOption[];
  readonly share?: Share;
}

/** Does the same to a scheduler and to the oracle, compares what they answer, and keeps the books. */
class Duel {
  readonly #scheduler: Scheduler;
  readonly #oracle: Oracle;
  readonly #ledger: Ledger;
  readonly #running: [Invocation, Entry][] = [];
  #nowMs = 1000;
  #submitted = 0;
  /** Whether the last call of `next` found nothing to start. */
  #tried = false;
  #hasRates: boolean;
  readonly #strictShares: boolean;

  constructor(
    readonly chains: readonly Chain[],
    choice: PolicyChoice,
    limits: FixedLimits,
    { strictShares = false, shed = false, platforms = [], share = "time" }: Manner,
  ) {
    const policy = makePolicy(choice);
    this.#strictShares = strictShares;
    this.#scheduler = new Scheduler({
      policy,
      limits: { ...limits, fixed: true },
      strictShares,
      shed,
      platforms,
      share,
      random: seededRandom(1),
    });
    this.#oracle = new Oracle(policy, limits, seededRandom(1), strictShares, shed, platforms, share);
    this.#ledger = new Ledger(limits, platforms.map(({ name }) => name));
    this.#hasRates = hasRates(limits);
  }

  take(step: Step): void {
    this.#take(step);
    assertEquals(this.#scheduler.stats(), this.#oracle.stats());
    this.#checkWake();
  }

  /** It wakes at the end of a delay, as soon as a rate or a platform lets something start, and never at once. */
  #checkWake(): void {
    const wakeAtMs = this.#scheduler.wakeAtMs() ?? Infinity;
    const delayMs = this.#oracle.wakeAtMs() ?? Infinity;
    if (this.#hasRates || this.#oracle.hasClosed) assert(wakeAtMs <= delayMs);
    else assertEquals(Math.max(wakeAtMs, this.#nowMs), Math.max(delayMs, this.#nowMs));
    if (!this.#tried) return;
    assert(wakeAtMs <= (this.#oracle.opensAtMs() ?? Infinity), "it wakes when something opens");
    assert(wakeAtMs > this.#nowMs, "it does not wake at once");
  }

  #take(step: Step): void {
    this.#tried = false;
    switch (step.do) {
      case "submit":
        return this.#submit(step.submission);
      case "next":
        for (let i = 0; i < step.times; i++) this.#next(step.leaves);
        return;
      case "leave":
        return this.#leave(step.which);
      case "settle":
        return this.#settle(step.which, step.outcome, step.runMs);
      case "wait":
        this.#nowMs += step.ms;
        return;
      case "decide":
        return this.#decide(step.which, step.decision);
      case "return":
        return this.#return(step.which, step.state);
      case "cancel":
        return this.#cancel(step.which);
      case "forget":
        return this.#forget(step.which);
      case "pause":
        return this.#pause(step.pauses);
      case "setPolicy": {
        const policy = makePolicy(step.policy);
        this.#scheduler.setPolicy(policy);
        return this.#oracle.setPolicy(policy);
      }
      case "setLimits":
        this.#scheduler.setLimits({ ...step.limits, fixed: true });
        this.#oracle.setLimits(step.limits);
        this.#ledger.limits = step.limits;
        this.#hasRates = hasRates(step.limits);
    }
  }

  #submit(submission: Submission): void {
    const chain = this.chains[submission.chain]!;
    const { labels, priority, weight, deadlineInMs, called } = submission;
    const instance: Instance = {
      ...{ id: `i${this.#submitted++}`, chain, labels, priority, weight },
      ...called && { parent: { instance: "p", node: "n" } },
      submittedAtMs: this.#nowMs,
      deadlineMs: this.#nowMs + deadlineInMs,
    };
    const progress = closedProgress(chain, submission.progress ?? []);
    const settlement = this.#scheduler.submit(instance, this.#nowMs, progress);
    assertSame(settlement, this.#oracle.submit(instance, this.#nowMs, progress));
    this.#ledger.submitted(instance, progress, settlement);
  }

  #return(which: number, state: "ok" | "failed"): void {
    if (this.#ledger.calls.length === 0) return;
    const [[id, call]] = this.#ledger.calls.splice(which % this.#ledger.calls.length, 1) as [
      [string, NodeCall],
    ];
    const settlement = this.#scheduler.settleCall(id, call, state, "it broke", this.#nowMs);
    assertSame(settlement, this.#oracle.settleCall(id, call, state, "it broke", this.#nowMs));
    if (settlement === undefined) return;
    this.#ledger.returned(call, state, settlement);
  }

  #pause(pauses: readonly Pause[]): void {
    this.#scheduler.setPauses(pauses);
    this.#oracle.setPauses(pauses);
    this.#ledger.pauses = pauses;
  }

  #decide(which: number, of: Decision): void {
    if (this.#ledger.undecided.length === 0) return;
    const [[id, node]] = this.#ledger.undecided.splice(which % this.#ledger.undecided.length, 1) as [
      [string, number],
    ];
    const decision = this.#fitting(id, node, of);
    const settlement = this.#scheduler.decide(id, node, decision, this.#nowMs);
    assertSame(settlement, this.#oracle.decide(id, node, decision, this.#nowMs));
    if (settlement === undefined) return;
    this.#ledger.decided(node, decision, settlement);
  }

  /** Maps are decided as maps, and nothing else is. */
  #fitting(id: string, node: number, decision: Decision): Decision {
    const isMap = this.#ledger.isMap(id, node);
    if (isMap && decision.kind === "run") return { kind: "map", count: 3 };
    return !isMap && decision.kind === "map" ? { kind: "run" } : decision;
  }

  #next(leaves: "now" | "later" = "now"): boolean {
    const invocation = this.#scheduler.next(this.#nowMs, leaves);
    const entry = this.#oracle.next(this.#nowMs, leaves);
    const words = entry && `${entry.of.instance.id}/${entry.node}/${entry.item}/${entry.attempts}`;
    const expected = this.#oracle.refused.splice(0);
    const refused = this.#scheduler.takeNews();
    assertEquals(refused.length, expected.length);
    refused.forEach((settlement, i) => {
      assertSame(settlement, expected[i]);
      this.#ledger.ended(settlement);
    });
    assertEquals(
      invocation && `${invocation.instance}/${invocation.nodeIndex}/${invocation.item}/${invocation.attempt}`,
      words,
    );
    assertEquals(invocation?.platform, entry?.platform);
    if (invocation && entry) {
      this.#ledger.started(invocation);
      this.#running.push([invocation, entry]);
    } else if (!this.#hasRates && !this.#strictShares && !this.#oracle.hasClosed) {
      this.#ledger.nothingStarts(this.#nowMs);
    }
    this.#tried = invocation === undefined;
    return invocation !== undefined;
  }

  #leave(which: number): void {
    if (this.#running.length === 0) return;
    const [invocation, entry] = this.#running[which % this.#running.length]!;
    this.#scheduler.left(invocation, this.#nowMs);
    this.#oracle.left(entry, this.#nowMs);
  }

  #settle(which: number, outcome: MadeOutcome, runMs?: number): void {
    if (this.#running.length === 0) return;
    const [[invocation, entry]] = this.#running.splice(which % this.#running.length, 1) as [
      [Invocation, Entry],
    ];
    const settlement = this.#scheduler.settle(invocation, outcome, this.#nowMs, runMs);
    assertSame(settlement, this.#oracle.settle(entry, outcome, this.#nowMs, runMs));
    this.#ledger.settled(invocation, settlement, this.#nowMs);
  }

  #cancel(which: number): void {
    const { open } = this.#ledger;
    const id = open[which % open.length] ?? "nobody";
    const settlement = this.#scheduler.cancel(id, this.#nowMs, "enough");
    assertSame(settlement, this.#oracle.cancel(id, this.#nowMs, "enough"));
    if (settlement) this.#ledger.cancelled(settlement);
  }

  #forget(which: number): void {
    const { open } = this.#ledger;
    const id = open[which % open.length] ?? "nobody";
    const settlement = this.#scheduler.forget(id, this.#nowMs, "gone");
    assertSame(settlement, this.#oracle.forget(id, this.#nowMs, "gone"));
    if (settlement) this.#ledger.forgotten(settlement);
  }

  /** Lets everything end well. */
  drain(): void {
    this.take({ do: "pause", pauses: [] });
    for (;;) {
      if (this.#next()) continue;
      const wakeAtMs = this.#scheduler.wakeAtMs();
      if (this.#running.length > 0) this.take({ do: "settle", which: 0, outcome: OK });
      else if (this.#ledger.undecided.length > 0) {
        this.take({ do: "decide", which: 0, decision: { kind: "run" } });
      } else if (this.#ledger.calls.length > 0) this.take({ do: "return", which: 0, state: "ok" });
      else if (wakeAtMs !== undefined) this.take({ do: "wait", ms: wakeAtMs - this.#nowMs });
      else break;
    }
    assertEquals(this.#scheduler.stats().instances, 0, "everything ends");
    assert([...this.#ledger.endings.values()].every((times) => times === 1), "every instance ends once");
  }
}

function hasRates({ rate, functionRates = {} }: FixedLimits): boolean {
  return rate !== undefined || Object.keys(functionRates).length > 0;
}

/** As much of the progress as is possible: what ended came after what had ended, and was skipped if that was. */
function closedProgress({ nodes, onFailed }: Chain, states: Submission["progress"] & object): NodeRecord[] {
  const known = new Map<number, NodeRecord["state"]>();
  nodes.forEach(({ after, join = "all" }, i) => {
    const state = states[i];
    if (i === onFailed || state === undefined || !after.every((before) => known.has(before))) return;
    const ends = after.map((before) => {
      const end = known.get(before)!;
      return { state: end === "started" ? "failed" as const : end, onFailure: nodes[before]!.onFailure };
    });
    known.set(i, runsAfter(join, ends) ? state : "skipped");
  });
  return [...known].map(([node, state]) => ({ node, state, attempts: 1, output: NULL, reason: "it broke" }));
}

function assertSame(actual: Settlement | undefined, expected: Settlement | undefined): void {
  assert(actual?.instance === expected?.instance);
  assertEquals({ ...actual, instance: 0 }, { ...expected, instance: 0 });
}

export function assertDecidesAsOracle(
  policy: fc.Arbitrary<PolicyChoice>,
  numRuns: number,
  manner: Manner = {},
  limits = anyLimits,
): void {
  fc.assert(
    fc.property(chains, policy, limits, steps(policy, limits), (chains, choice, limits, steps) => {
      const duel = new Duel(chains, choice, limits, manner);
      for (const step of steps) duel.take(step);
      duel.drain();
    }),
    { numRuns },
  );
}
