import { RunningConcurrency } from "./concurrency.ts";
import type { AttemptEvent, CounterEvent, EndEvent, Recorder, RunInfo, SubmitEvent } from "./events.ts";
import { noteAttempt, sharesOf } from "./fairness.ts";
import { byName, figuresFrom, functionReportFrom, reportedRun } from "./report.ts";
import { DEADLINE, deadlineOf } from "./samples.ts";
import { type ChainReport, type FunctionReport, type Report, REPORT_SCHEMA } from "./schema.ts";
import { Span } from "./span.ts";
import { CallTally, InstanceTally } from "./tallies.ts";
import { Windows } from "./windows.ts";

/** What is known of a chain. */
class ChainTally {
  /** Of its calls, by function. */
  readonly calls = new Map<string, ChainCalls>();
  readonly instances = new InstanceTally();
  readonly concurrency = new RunningConcurrency();
  /** As its last submission said. */
  weight = 1;

  constructor(readonly number: number) {}
}

/** What is known of the calls of a function by a chain. */
interface ChainCalls {
  readonly chain: ChainTally;
  readonly tally: CallTally;
  /** Of the function, whatever chain calls it. */
  readonly concurrency: RunningConcurrency;
}

/** An instance under way. */
interface OpenInstance {
  readonly chain: ChainTally;
  readonly submittedUs: number;
  readonly deadlineMs: number | undefined;
  isAttempted: boolean;
}

/**
 * Reports on a run while it goes on, in memory that grows with its chains, functions and instances under way, not with its
 * length: for runs in virtual time, of any number of attempts. The figures are those of `buildReport`, with percentiles
 * to 0.1 % (see `Histogram`).
 *
 * Things must be told in the order of time, an attempt when it ends. So that it is known how many run at once, it is
 * also to be told when each starts.
 */
export class RunningReport implements Recorder {
  readonly #run: RunInfo;
  readonly #span = new Span();
  readonly #chains = new Map<string, ChainTally>();
  readonly #functions = new Map<string, RunningConcurrency>();
  readonly #open = new Map<string, OpenInstance>();
  readonly #concurrency = new RunningConcurrency();
  #windows: Windows | undefined;

  /** @param run what the run is */
  constructor(run: RunInfo) {
    this.#run = run;
    this.#span.startAt(run.startedAtMs);
  }

  /** An attempt starts, at an instant in milliseconds since 1970. */
  started(functionName: string, chain: string, atMs: number): void {
    const atUs = this.#span.us(atMs);
    const calls = this.#callsOf(chain, functionName);
    this.#concurrency.start(atUs);
    calls.chain.concurrency.start(atUs);
    calls.concurrency.start(atUs);
    this.#windows ??= new Windows(Math.max(0, atUs));
  }

  /**
   * An attempt has ended.
   *
   * @throws {Error} if more have ended than started
   */
  attempt(event: AttemptEvent): void {
    const calls = this.#callsOf(event.chain, event.function);
    if (!calls.chain.concurrency.isOpen || !calls.concurrency.isOpen) throw notStarted(event);
    const span = this.#span;
    const startUs = span.us(event.startedAtMs);
    const endUs = Math.max(startUs, span.us(event.startedAtMs + event.runMs));
    span.cover(startUs, endUs);
    this.#concurrency.end(startUs, endUs);
    calls.chain.concurrency.end(startUs, endUs);
    calls.concurrency.end(startUs, endUs);
    calls.tally.add(event, (endUs - startUs) / 1000);
    const { number } = calls.chain, isThrottled = event.outcome === "throttled";
    noteAttempt(this.#windows!, number, startUs, endUs, event.queuedMs, isThrottled);
    const instance = this.#open.get(event.instance);
    if (instance !== undefined) instance.isAttempted = true;
  }

  submit({ chain: name, instance, submittedAtMs, weight, deadlineMs }: SubmitEvent): void {
    const submittedUs = this.#span.us(submittedAtMs);
    this.#span.cover(submittedUs, submittedUs);
    this.#windows ??= new Windows(this.#span.firstUs);
    const chain = this.#chainOf(name);
    chain.weight = weight;
    if (this.#open.has(instance)) return;
    this.#open.set(instance, { chain, submittedUs, deadlineMs, isAttempted: false });
  }

  end(event: EndEvent): void {
    const atUs = this.#span.us(event.endedAtMs);
    this.#span.cover(atUs, atUs);
    const open = this.#open.get(event.instance);
    if (open === undefined) {
      this.#chainOf(event.chain).instances.add(event.outcome, NaN, NaN, DEADLINE.open);
      return;
    }
    this.#open.delete(event.instance);
    const ms = event.outcome === "completed" ? (atUs - open.submittedUs) / 1000 : NaN;
    const ideal = event.idealMs ?? 0;
    const slowdown = ideal > 0 ? ms / ideal : NaN;
    open.chain.instances.add(event.outcome, ms, slowdown, deadlineOf(open.deadlineMs, event, ms));
  }

  counter({ atMs }: CounterEvent): void {
    this.#span.see(this.#span.us(atMs));
  }

  /** The figures so far; instances under way are counted as unfinished, attempts under way are not counted. */
  report(): Report {
    const chains = [...this.#chains.values()], functions = [...this.#functions.keys()];
    const instances = this.#withUnfinished(chains);
    const { byChain: shares, ...fairness } = this.#shares(chains);
    const allCalls = chains.flatMap(({ calls }) => [...calls]);
    const calls = (of: readonly (readonly [string, ChainCalls])[], concurrency: RunningConcurrency) =>
      functionReportFrom(
        mergeAll(new CallTally(), of.map(([, { tally }]) => tally)).figures(),
        concurrency.concurrency(this.#span.durationUs),
        this.#span,
      );
    const chainReport = (i: number): ChainReport => ({
      ...figuresFrom(
        calls([...chains[i]!.calls], chains[i]!.concurrency),
        instances[i]!.figures(),
        this.#span,
      ),
      share: shares[i]!,
    });
    const functionReport = (i: number): FunctionReport =>
      calls(allCalls.filter(([name]) => name === functions[i]!), this.#functions.get(functions[i]!)!);
    return {
      schema: REPORT_SCHEMA,
      run: reportedRun(this.#run, this.#span),
      ...figuresFrom(
        calls(allCalls, this.#concurrency),
        mergeAll(new InstanceTally(), instances).figures(),
        this.#span,
      ),
      fairness,
      byChain: byName([...this.#chains.keys()], chainReport),
      byFunction: byName(functions, functionReport),
    };
  }

  /** The memory that its tables take, in bytes; instances under way take some hundred each, besides. */
  get bytes(): number {
    let bytes = this.#windows?.bytes ?? 0;
    for (const { calls, instances } of this.#chains.values()) {
      bytes += instances.bytes;
      for (const { tally } of calls.values()) bytes += tally.bytes;
    }
    return bytes;
  }

  /** How many instances are under way. */
  get open(): number {
    return this.#open.size;
  }

  #chainOf(name: string): ChainTally {
    let chain = this.#chains.get(name);
    if (chain === undefined) this.#chains.set(name, chain = new ChainTally(this.#chains.size));
    return chain;
  }

  #callsOf(chainName: string, functionName: string): ChainCalls {
    const chain = this.#chainOf(chainName);
    return chain.calls.get(functionName) ?? this.#newCalls(chain, functionName);
  }

  #newCalls(chain: ChainTally, functionName: string): ChainCalls {
    let concurrency = this.#functions.get(functionName);
    if (concurrency === undefined) this.#functions.set(functionName, concurrency = new RunningConcurrency());
    const calls = { chain, tally: new CallTally(), concurrency };
    chain.calls.set(functionName, calls);
    return calls;
  }

  /** What is known of the instances of each chain, those under way included. */
  #withUnfinished(chains: readonly ChainTally[]): InstanceTally[] {
    const all = chains.map(({ instances }) => instances.copy());
    for (const { chain, submittedUs, deadlineMs = Infinity } of this.#open.values()) {
      const isLate = deadlineMs < (this.#span.logEndUs - submittedUs) / 1000;
      all[chain.number]!.add("unfinished", NaN, NaN, isLate ? DEADLINE.missed : DEADLINE.open);
    }
    return all;
  }

  #shares(chains: readonly ChainTally[]) {
    const { lastUs, durationUs } = this.#span;
    const windows = durationUs > 0 ? this.#windows : undefined;
    for (const { chain, submittedUs, isAttempted } of this.#open.values()) {
      if (!isAttempted) windows?.wait(chain.number, submittedUs, lastUs);
    }
    return sharesOf(windows, lastUs, chains.map(({ weight }) => weight));
  }
}

function mergeAll<T extends { merge(other: T): void }>(into: T, all: readonly T[]): T {
  for (const one of all) into.merge(one);
  return into;
}

function notStarted({ function: name, chain, instance, node }: AttemptEvent): Error {
  return new Error(
    `Cannot count an attempt of ${name} (node ${node} of ${chain} ${instance}): none is under way. ` +
      "Call started() when an attempt starts",
  );
}
