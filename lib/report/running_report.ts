import { RunningConcurrency } from "./concurrency.ts";
import type { AttemptEvent, CounterEvent, EndEvent, Recorder, RunInfo, SubmitEvent } from "./events.ts";
import { noteAttempt, sharesOf } from "./fairness.ts";
import { Histogram } from "./histogram.ts";
import { byName, reportedRun } from "./report.ts";
import { RunningSeries, type Starved } from "./running_series.ts";
import { deadlineOf } from "./samples.ts";
import { type ChainReport, type Report, REPORT_SCHEMA } from "./schema.ts";
import { limitAsked } from "./series.ts";
import { Span } from "./span.ts";
import { CallTally, InstanceTally } from "./tallies.ts";
import { type CallSums, figuresOf, functionReportOf } from "./values.ts";
import type { RunView } from "./view.ts";
import { Windows } from "./windows.ts";

/** The most chains, and the most functions, that are told apart; those that come later count together. */
const MOST_NAMES = 2000;
/** The name under which those are counted together. */
const OTHERS = "(others)";

/** The times of an instance that did not complete. */
const UNKNOWN = { chainMs: NaN, slowdown: NaN };

/** The counts of the calls of a chain, or of a function. */
class Callers {
  /** Of each function that the chain calls, or of each chain that calls the function. */
  readonly tallies: CallTally[] = [];
  readonly concurrency = new RunningConcurrency();

  sums(span: Span): CallSums {
    return callSums(this.tallies, this.concurrency, span);
  }
}

/** The counts of a chain. */
class ChainTally extends Callers {
  readonly calls = new Map<string, ChainCalls>();
  readonly instances = new InstanceTally();
  /** As its last submission said. */
  weight = 1;

  constructor(readonly number: number) {
    super();
  }
}

/** The counts of the calls of a function by a chain. */
interface ChainCalls {
  readonly tally: CallTally;
  readonly chain: ChainTally;
  readonly function: Callers;
}

/** An instance under way. */
interface OpenInstance {
  readonly chain: ChainTally;
  readonly submittedUs: number;
  readonly deadlineMs: number | undefined;
  /** The invocations that have had an attempt; undefined: none has. */
  attempted: Set<string> | undefined;
}

/**
 * Reports on a run while it goes on, in memory that grows with its chains and functions (2,000 of each at most; others count
 * together) and instances under way, not with its length: for runs in virtual time, of any number of attempts. The figures are those of `buildReport`, with percentiles
 * to 0.1 % (see `Histogram`).
 *
 * Things must be told in the order of time, an attempt when it ends. So that it is known how many run at once, it is
 * also to be told when each starts.
 */
export class RunningReport implements Recorder {
  readonly #run: RunInfo;
  readonly #span = new Span();
  readonly #chains = new Map<string, ChainTally>();
  readonly #functions = new Map<string, Callers>();
  readonly #open = new Map<string, OpenInstance>();
  readonly #concurrency = new RunningConcurrency();
  /** From the first thing that happens on. */
  #windows = new Windows(0);
  #series = new RunningSeries(0);
  #isBegun = false;
  /** As it was recorded last. */
  #limit: number | undefined;

  /** @param run the description of the run */
  constructor(run: RunInfo) {
    this.#run = run;
    this.#span.startAt(run.startedAtMs);
  }

  /** An attempt starts, at an instant in milliseconds since 1970. */
  started(functionName: string, chain: string, atMs: number): void {
    const atUs = this.#span.us(atMs);
    this.#begin(atUs);
    const calls = this.#callsOf(chain, functionName);
    this.#concurrency.start(atUs);
    calls.chain.concurrency.start(atUs);
    calls.function.concurrency.start(atUs);
  }

  /**
   * An attempt has ended.
   *
   * @throws {Error} if more have ended than started
   */
  attempt(event: AttemptEvent): void {
    const calls = this.#callsOf(event.chain, event.function);
    if (!calls.chain.concurrency.isOpen || !calls.function.concurrency.isOpen) throw notStarted(event);
    const span = this.#span;
    const startUs = span.us(event.startedAtMs);
    const endUs = Math.max(startUs, span.us(event.startedAtMs + event.runMs));
    span.cover(startUs, endUs);
    this.#concurrency.end(startUs, endUs);
    calls.chain.concurrency.end(startUs, endUs);
    calls.function.concurrency.end(startUs, endUs);
    calls.tally.add(event, (endUs - startUs) / 1000, this.#isFirst(event));
    const { number } = calls.chain, isThrottled = event.outcome === "throttled";
    noteAttempt(this.#windows, number, startUs, endUs, event.queuedMs, isThrottled);
    this.#series.attempt(number, startUs, endUs, event);
  }

  /**
   * Whether an attempt is the first of its invocation that was told. Numbers begin again where a consumer died or an instance
   * is retried, so they count only where nothing is known: of instances that are not under way.
   */
  #isFirst({ instance, node, item, generation, attempt }: AttemptEvent): boolean {
    const open = this.#open.get(instance);
    if (open === undefined) return attempt === 1;
    const seen = open.attempted ??= new Set();
    const before = seen.size;
    seen.add(item === undefined && generation === undefined ? node : `${node} ${item} ${generation}`);
    return seen.size > before;
  }

  /** In virtual time no function tells its own run time. */
  functionRun(): void {}

  submit({ chain: name, instance, submittedAtMs, weight, deadlineMs }: SubmitEvent): void {
    const submittedUs = this.#span.us(submittedAtMs);
    this.#span.cover(submittedUs, submittedUs);
    this.#begin(submittedUs);
    const chain = this.#chainOf(name);
    chain.weight = weight;
    if (this.#open.has(instance)) return;
    this.#open.set(instance, { chain, submittedUs, deadlineMs, attempted: undefined });
  }

  /** See {@linkcode Report.backwards}. */
  #backwards = 0;

  end(event: EndEvent): void {
    const atUs = this.#span.us(event.endedAtMs);
    this.#span.cover(atUs, atUs);
    const open = this.#open.get(event.instance);
    if (open === undefined) {
      this.#chainOf(event.chain).instances.add(event.outcome, "open", UNKNOWN);
      return;
    }
    this.#open.delete(event.instance);
    let ms = event.outcome === "completed" ? (atUs - open.submittedUs) / 1000 : NaN;
    if (ms < 0) {
      this.#backwards++;
      ms = NaN;
    }
    const ideal = event.idealMs ?? 0;
    const slowdown = ideal > 0 ? ms / ideal : NaN;
    open.chain.instances.add(event.outcome, deadlineOf(open.deadlineMs, event, ms), {
      chainMs: ms,
      slowdown,
    });
  }

  counter({ atMs, limit }: CounterEvent): void {
    const atUs = this.#span.us(atMs);
    this.#span.see(atUs);
    this.#limit = limit;
    if (this.#isBegun) this.#series.limit(atUs, limit);
  }

  /** The figures so far; instances under way are counted as unfinished, attempts under way are not counted. */
  report(): Report {
    const span = this.#span;
    const chains = [...this.#chains.values()], functions = [...this.#functions.values()];
    const instances = this.#withUnfinished(chains);
    const { byChain: shares, ...fairness } = this.#shares(chains);
    const all = callSums(chains.flatMap(({ tallies }) => tallies), this.#concurrency, span);
    const seconds = span.durationUs / 1e6;
    return {
      schema: REPORT_SCHEMA,
      run: reportedRun(this.#run, span),
      ...this.#backwards > 0 && { backwards: this.#backwards },
      ...figuresOf(all, merged(new InstanceTally(), instances), seconds),
      fairness,
      byChain: byName([...this.#chains.keys()], (i): ChainReport => ({
        ...figuresOf(chains[i]!.sums(span), instances[i]!, seconds),
        share: shares[i]!,
      })),
      byFunction: byName(
        [...this.#functions.keys()],
        (i) => functionReportOf(functions[i]!.sums(span), seconds),
      ),
    };
  }

  /** The figures so far, with the data of the charts. */
  view(name: string): RunView {
    const chains = [...this.#chains.values()];
    const tallies = chains.flatMap(({ tallies }) => tallies);
    const series = this.#series.series({
      names: [...this.#chains.keys()],
      work: chains.map(({ concurrency }) => concurrency.totalUs),
      starved: this.#starved(),
      queueing: merged(new Histogram(), tallies.map(({ queueingMs }) => queueingMs)),
      chainTime: merged(new Histogram(), chains.map(({ instances }) => instances.ms)),
      toUs: this.#span.lastUs,
      limit: limitAsked(this.#run),
    });
    return { name, report: this.report(), series };
  }

  /** The memory that its tables take, in bytes; instances under way take some hundred each, besides. */
  get bytes(): number {
    let bytes = this.#windows.bytes + this.#series.bytes;
    for (const { tallies, instances } of this.#chains.values()) {
      for (const tally of [instances, ...tallies]) bytes += tally.bytes;
    }
    return bytes;
  }

  /** The number of instances under way. */
  get open(): number {
    return this.#open.size;
  }

  #begin(atUs: number): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#windows = new Windows(Math.max(0, atUs));
    this.#series = new RunningSeries(Math.max(0, atUs));
    if (this.#limit !== undefined) this.#series.limit(Math.max(0, atUs), this.#limit);
  }

  #chainOf(of: string): ChainTally {
    const name = knownName(of, this.#chains);
    let chain = this.#chains.get(name);
    if (chain === undefined) this.#chains.set(name, chain = new ChainTally(this.#chains.size));
    return chain;
  }

  #callsOf(chainName: string, functionName: string): ChainCalls {
    const chain = this.#chainOf(chainName);
    return chain.calls.get(functionName) ?? this.#newCalls(chain, functionName);
  }

  #newCalls(chain: ChainTally, of: string): ChainCalls {
    const functionName = knownName(of, this.#functions);
    const known = chain.calls.get(functionName);
    if (known !== undefined) return known;
    let callers = this.#functions.get(functionName);
    if (callers === undefined) this.#functions.set(functionName, callers = new Callers());
    const tally = new CallTally(), calls = { tally, chain, function: callers };
    chain.calls.set(functionName, calls);
    for (const { tallies } of [chain, callers]) tallies.push(tally);
    return calls;
  }

  /** The counts of the instances of each chain, those under way included. */
  #withUnfinished(chains: readonly ChainTally[]): InstanceTally[] {
    const all = chains.map(({ instances }) => instances.copy());
    for (const { chain, submittedUs, deadlineMs = Infinity } of this.#open.values()) {
      const isLate = deadlineMs < (this.#span.logEndUs - submittedUs) / 1000;
      all[chain.number]!.add("unfinished", isLate ? "missed" : "open", UNKNOWN);
    }
    return all;
  }

  /** The instances under way that have had no attempt. */
  #starved(): Starved[] {
    return [...this.#open.values()].filter(({ attempted }) => attempted === undefined)
      .map(({ chain, submittedUs }) => ({ chain: chain.number, fromUs: submittedUs }));
  }

  #shares(chains: readonly ChainTally[]) {
    const { lastUs, durationUs } = this.#span;
    for (const { chain, fromUs } of this.#starved()) this.#windows.wait(chain, fromUs, lastUs);
    const windows = durationUs > 0 ? this.#windows : undefined;
    return sharesOf(windows, lastUs, chains.map(({ weight }) => weight));
  }
}

/** The name itself, or that of the others, if the most names are told apart already. */
function knownName(name: string, known: ReadonlyMap<string, unknown>): string {
  return known.size < MOST_NAMES || known.has(name) ? name : OTHERS;
}

function callSums(tallies: readonly CallTally[], concurrency: RunningConcurrency, span: Span): CallSums {
  const tally = merged(new CallTally(), tallies);
  return {
    calls: tally.calls,
    invocations: tally.invocations,
    concurrency: concurrency.concurrency(span.durationUs),
    quantity: (figure) => tally.quantity(figure),
  };
}

function merged<T extends { merge(other: T): void }>(into: T, all: readonly T[]): T {
  for (const one of all) into.merge(one);
  return into;
}

function notStarted({ function: name, chain, instance, node }: AttemptEvent): Error {
  return new Error(
    `Cannot count an attempt of ${name} (node ${node} of ${chain} ${instance}): none is under way. ` +
      "Call started() when an attempt starts",
  );
}
