import {
  type AttemptEvent,
  type CounterEvent,
  type EndEvent,
  type FunctionRunEvent,
  queueOf,
  type Recorder,
  recordEvent,
  type RunEvent,
  type RunInfo,
  type SubmitEvent,
} from "../events.ts";
import { bucketUs, Level } from "../level.ts";
import { Span } from "../span.ts";
import { Chosen, type Ended, type Watched } from "./chosen.ts";
import { chosenData, type Shape } from "./chosen_data.ts";
import type { Distribution, Levels, NodeShape, Picture, Rates } from "./data.ts";
import { HeatMap, TimeCounts } from "./latency.ts";
import { Sums } from "./sums.ts";

/** The parts of the run over which levels are means. */
const PARTS = 2 ** 15;
/** The most buckets of the page; each has the least and the greatest level of its parts. */
const MOST_BUCKETS = PARTS / 8;
/** The most chains whose times are told apart while they are counted; those that come later are only in the sum of all. */
const MOST_CHAINS = 1000;
/** The most chains whose times the page has, and whose nodes; those with the most instances. */
const MOST_SHOWN = 40;
/** The most nodes of a chain that are drawn as it was defined. */
const MOST_NODES = 300;
/** The most instances under way that are watched; of more, the oldest are forgotten. */
const MOST_OPEN = 200_000;

/**
 * Folds a run's events, in one pass and in the order of the log, into what only its page shows. Takes some 10 MB, however long the run is, and some
 * hundred bytes for each attempt of the instances under way and of the 500 that are kept.
 */
export class RunPicture implements Recorder {
  #run: RunInfo | undefined;
  readonly #span = new Span();
  readonly #running = new Level(0, PARTS);
  readonly #ready = new Level(0, PARTS);
  readonly #sums = new Sums<"throttled" | "lost" | "completed" | "cost">();
  readonly #all = new TimeCounts();
  readonly #byChain = new Map<string, TimeCounts>();
  readonly #queueing = new TimeCounts();
  readonly #heat = new HeatMap();
  readonly #shapes = new Map<string, Shape>();
  readonly #open = new Map<string, Watched>();
  readonly #chosen = new Chosen();
  #ended = 0;

  /** The description of the run; undefined if no event has it. */
  get run(): RunInfo | undefined {
    return this.#run;
  }

  /** Adds an event. */
  add(event: RunEvent): void {
    if (event.type !== "run") return recordEvent(this, event);
    this.#run = event;
    this.#span.startAt(event.startedAtMs);
  }

  attempt(event: AttemptEvent): void {
    const span = this.#span, startUs = span.us(event.startedAtMs);
    const endUs = Math.max(startUs, span.us(event.startedAtMs + event.runMs));
    span.cover(startUs, endUs);
    if (event.outcome === "throttled") this.#sums.add("throttled", endUs, 1);
    else this.#running.add(startUs, endUs);
    if (event.settled && queueOf(this.#run) !== "none") {
      this.#ready.add(startUs - event.queuedMs * 1000, startUs);
      if (event.outcome !== "throttled") this.#queueing.add(event.queuedMs);
    }
    if (event.cost !== undefined) this.#sums.add("cost", endUs, event.cost);
    this.#chosen.attempt(this.#watched(event.instance, event.chain), event);
  }

  functionRun(event: FunctionRunEvent): void {
    const watched = this.#open.get(event.instance);
    if (watched !== undefined) this.#chosen.functionRun(watched, event);
  }

  submit(event: SubmitEvent): void {
    const atUs = this.#span.us(event.submittedAtMs), open = this.#open.get(event.instance);
    this.#span.cover(atUs, atUs);
    if (event.definition !== undefined && !this.#shapes.has(event.chain)) this.#define(event);
    if (open?.submit === undefined) this.#watch(event.instance, event.chain, { ...open, submit: event });
  }

  end(event: EndEvent): void {
    const atUs = this.#span.us(event.endedAtMs);
    this.#span.cover(atUs, atUs);
    const watched = this.#open.get(event.instance);
    this.#open.delete(event.instance);
    const { outcome, reason, endedAtMs } = event;
    const isCalled = watched?.submit?.parent !== undefined;
    if (!isCalled) this.#sums.add(outcome === "completed" ? "completed" : "lost", atUs, 1);
    if (watched !== undefined) this.#settle({ ...watched, outcome, reason, endedAtMs }, atUs);
  }

  /** The changes of settings are in the report. */
  setting(): void {}

  counter(event: CounterEvent): void {
    this.#span.see(this.#span.us(event.atMs));
  }

  /** The picture, when all events were added; call it once. */
  picture(): Omit<Picture, "jain"> {
    const { lastUs, firstUs } = this.#span;
    const toUs = Math.max(0, lastUs), fromUs = Math.min(firstUs, toUs);
    for (const watched of this.#open.values()) this.#leave(watched, toUs);
    const shown = [...this.#byChain].sort(([, a], [, b]) => b.total - a.total).slice(0, MOST_SHOWN);
    const shapes = [...this.#shapes].filter(([name]) => shown.some(([known]) => known === name));
    const { columnUs } = this.#heat, column = Math.floor(fromUs / columnUs);
    return {
      levels: this.#levels(fromUs, toUs),
      rates: this.#rates(fromUs, toUs),
      chainTimes: [
        distribution("all chains", this.#all),
        ...shown.map(([name, counts]) => distribution(name, counts)),
      ],
      queueing: distribution("calls", this.#queueing),
      heat: {
        fromMs: (column * columnUs - fromUs) / 1000,
        columnMs: columnUs / 1000,
        cells: this.#heat.cells().map((value, i) => i % 3 === 0 ? value - column : value),
      },
      chosen: chosenData(this.#chosen.list(), {
        shapes,
        of: this.#ended,
        atMs: (instantMs) => (this.#span.us(instantMs) - fromUs) / 1000,
      }),
    };
  }

  /** The page's buckets of levels: the least and the greatest of some parts, one after the other. */
  #levels(fromUs: number, toUs: number): Levels {
    const partUs = bucketUs(toUs, PARTS), first = Math.floor(fromUs / partUs);
    const each = Math.max(1, Math.ceil((toUs / partUs - first) / MOST_BUCKETS));
    const pairs = (level: Level) => {
      const means = level.means(toUs).slice(first), list: number[] = [];
      for (let at = 0; at < means.length; at += each) {
        const parts = means.slice(at, at + each);
        list.push(rounded(Math.min(...parts)), rounded(Math.max(...parts)));
      }
      return list;
    };
    return {
      fromMs: (first * partUs - fromUs) / 1000,
      bucketMs: partUs * each / 1000,
      running: pairs(this.#running),
      ready: pairs(this.#ready),
    };
  }

  #rates(fromUs: number, toUs: number): Rates {
    const sums = this.#sums, { sizeUs } = sums, first = Math.floor(fromUs / sizeUs);
    return {
      fromMs: (first * sizeUs - fromUs) / 1000,
      bucketMs: sizeUs / 1000,
      throttled: sums.values("throttled", first, toUs),
      lost: sums.values("lost", first, toUs),
      completed: sums.values("completed", first, toUs),
      cost: sums.values("cost", first, toUs),
    };
  }

  /** An instance under way when the log ended: it never completed, as far as the log tells. */
  #leave(watched: Watched, toUs: number): void {
    const { submit, calls, isCut } = watched;
    if (submit === undefined) return;
    if (calls.length === 0 && !isCut) this.#ready.add(this.#span.us(submit.submittedAtMs), toUs);
    this.#settle({ ...watched, outcome: "unfinished", reason: undefined, endedAtMs: null }, toUs);
  }

  #settle(instance: Omit<Ended, "chainMs">, atUs: number): void {
    const { submit, outcome } = instance;
    this.#ended++;
    const fromUs = submit === undefined ? NaN : this.#span.us(submit.submittedAtMs);
    const ms = (atUs - fromUs) / 1000, chainMs = ms < 0 ? NaN : outcome === "completed" ? ms : Infinity;
    this.#chosen.end({ ...instance, chainMs });
    if (Number.isNaN(ms) || Number.isNaN(chainMs)) return;
    this.#countsOf(instance.chain)?.add(chainMs);
    if (submit!.parent !== undefined) return;
    this.#all.add(chainMs);
    this.#heat.add(fromUs, chainMs);
  }

  #countsOf(chain: string): TimeCounts | undefined {
    let counts = this.#byChain.get(chain);
    if (counts === undefined && this.#byChain.size < MOST_CHAINS) {
      this.#byChain.set(chain, counts = new TimeCounts());
    }
    return counts;
  }

  #watched(id: string, chain: string): Watched {
    return this.#open.get(id) ?? this.#watch(id, chain, {});
  }

  #watch(id: string, chain: string, known: Partial<Watched>): Watched {
    const watched = { submit: undefined, calls: [], told: [], isCut: false, ...known, id, chain };
    if (this.#open.size >= MOST_OPEN && !this.#open.has(id)) this.#forgetOldest();
    this.#open.set(id, watched);
    return watched;
  }

  #forgetOldest(): void {
    const [first] = this.#open;
    if (first === undefined) return;
    const [id, oldest] = first;
    this.#open.delete(id);
    this.#leave(oldest, this.#span.lastUs);
  }

  #define({ chain, definition }: SubmitEvent): void {
    if (this.#shapes.size >= MOST_CHAINS || definition!.nodes.length > MOST_NODES) return;
    this.#shapes.set(
      chain,
      definition!.nodes.map(({ name, fn, after }): NodeShape => ({ name, fn: fn.name, after })),
    );
  }
}

function distribution(name: string, counts: TimeCounts): Distribution {
  return { name, total: counts.total, counts: counts.pairs() };
}

/** Hundredths are not seen. */
function rounded(level: number): number {
  return Math.round(level * 100) / 100;
}
