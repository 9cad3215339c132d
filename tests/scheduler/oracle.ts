import { equal } from "@std/assert";
import {
  type Chain,
  type ChainNode,
  type Instance,
  type NodeRecord,
  type NodeState,
  runsAfter,
} from "../../lib/model/mod.ts";
import type { Outcome, Random } from "../../lib/model/mod.ts";
import type { FunctionStats, GroupStats, PlatformView, Policy, Stats, Task } from "../../lib/policies/mod.ts";
import type {
  Decision,
  Ending,
  FixedLimits,
  PlatformOption,
  SchedulerStats,
  Settlement,
  Verdict,
} from "../../lib/scheduler/mod.ts";
import { failureDelayMs, throttleDelayMs } from "../../lib/scheduler/backoff.ts";
import { RunTimes } from "../../lib/scheduler/run_times.ts";

/** An invocation that is not settled. */
export interface Entry {
  readonly of: Open;
  readonly node: number;
  readonly readyAtMs: number;
  phase: "new" | "queued" | "delayed" | "running";
  attempts: number;
  failures: number;
  throttles: number;
  untilMs: number;
  group: string;
  platform: string | undefined;
  rank: readonly number[];
}

/** An instance that has not ended. */
interface Open {
  readonly instance: Instance;
  readonly serial: number;
  /** The newest first. */
  entries: Entry[];
  readonly states: (NodeState | undefined)[];
  started: boolean;
  ending?: Ending;
  undone: boolean;
}

interface Group {
  turn: number;
  declaredWeight: number;
  weight: number;
}

/**
 * The scheduler once more, to compare it with: plain lists that are scanned for every decision, and nothing remembered
 * that can be counted. Slow, and obviously right.
 */
export class Oracle {
  readonly #times = new RunTimes();
  readonly #groups = new Map<string, Group>();
  /** When the next start of each function, or of all (""), would be due if they came evenly. */
  readonly #dueAtMs = new Map<string, number>();
  /** When each function was asked for. */
  readonly #arrivals = new Map<string, number[]>();
  /** What was refused since it was asked last. */
  refused: Settlement[] = [];
  #policy: Policy;
  #limits: FixedLimits;
  #open: Open[] = [];
  #nowMs = 0;
  #sweptAtMs = 0;
  #serial = 0;
  #turns = 0;
  #throttled = 0;
  #retried = 0;

  constructor(
    policy: Policy,
    limits: FixedLimits,
    readonly random: Random,
    readonly strict: boolean,
    readonly shed: boolean,
    readonly platforms: readonly PlatformOption[],
  ) {
    this.#policy = policy;
    this.#limits = limits;
  }

  submit(instance: Instance, nowMs: number, progress: readonly NodeRecord[]): Settlement {
    this.#nowMs = nowMs;
    const { nodes } = instance.chain;
    const open: Open = {
      instance,
      serial: this.#serial++,
      entries: [],
      states: nodes.map(() => undefined),
      started: progress.length > 0,
      undone: false,
    };
    this.#open.push(open);
    for (const { fn } of bodyOf(instance.chain)) {
      this.#arrivals.set(fn.name, [...this.#arrivals.get(fn.name) ?? [], nowMs]);
    }
    if (this.#isTooLate(open)) return this.#refuse(open);
    const skipped: number[] = [], free: number[] = [];
    const reached = [...bodyOf(instance.chain).keys()].filter((node) => nodes[node]!.after.length === 0);
    for (const node of reached) {
      const record = progress.find((record) => record.node === node);
      if (record === undefined) free.push(node);
      else {
        const state = record.state === "started" ? "failed" : record.state;
        const reason = `node ${nodes[node]!.name}: ${record.reason}`;
        reached.push(...this.#settleNode(open, node, state, skipped, reason));
      }
    }
    open.undone = progress.some((record) => record.node === instance.chain.onFailed);
    const isNew = (node: number) => progress.every((record) => record.node !== node);
    return { instance, ...this.#advance(open, free, skipped.filter(isNew)) };
  }

  /** Readies what needs no decision. */
  #advance(open: Open, free: readonly number[], skipped: readonly number[]): Omit<Settlement, "instance"> {
    const asks = (node: number) => open.instance.chain.nodes[node]!.when !== undefined;
    if (!open.ending) { for (const node of free) if (!asks(node)) this.#ready(open, node); }
    const result = this.#result(open, skipped);
    const undecided = open.ending ? [] : free.filter(asks);
    return undecided.length > 0 ? { ...result, undecided } : result;
  }

  decide(id: string, node: number, decision: Decision, nowMs: number): Settlement | undefined {
    this.#nowMs = nowMs;
    const open = this.#open.find((open) => open.instance.id === id);
    if (open === undefined || open.ending) return undefined;
    const skipped: number[] = [];
    if (decision.kind === "run") this.#ready(open, node);
    const state = decision.kind === "skip" ? "skipped" : "failed";
    const reason = decision.kind === "fail"
      ? `node ${open.instance.chain.nodes[node]!.name}: ${decision.reason}`
      : "";
    const free = decision.kind === "run" ? [] : this.#settleNode(open, node, state, skipped, reason);
    return { instance: open.instance, ...this.#advance(open, free, skipped) };
  }

  next(nowMs: number): Entry | undefined {
    this.#nowMs = nowMs;
    const due = this.#entries().filter((e) => e.phase === "delayed" && e.untilMs <= nowMs);
    for (const entry of due.sort((a, b) => a.untilMs - b.untilMs || bySequence(a, b))) this.#place(entry);
    if (this.#policy.weight && nowMs - this.#sweptAtMs >= 100) {
      this.#sweptAtMs = nowMs;
      for (const name of this.#groups.keys()) this.#readWeight(name);
    }
    for (;;) {
      const [best] = this.eligible().sort((a, b) => this.#order(a, b));
      if (!best || !this.#isTooLate(best.of)) {
        if (best) this.#start(best);
        return best;
      }
      this.refused.push(this.#refuse(best.of));
    }
  }

  #isTooLate({ started, instance: { chain, deadlineMs } }: Open): boolean {
    return this.shed && !started && this.#nowMs + this.#criticalMs(chain) > deadlineMs;
  }

  #refuse(open: Open): Settlement {
    const { chain, deadlineMs } = open.instance;
    const [needed, left] = [Math.ceil(this.#criticalMs(chain)), Math.ceil(deadlineMs - this.#nowMs)];
    const reason = `shed: it was expected to take ${needed} ms, with ${left} ms to its deadline`;
    this.#endEarly(open, { outcome: "cancelled", reason, shed: true });
    return { instance: open.instance, ...this.#result(open, []) };
  }

  /** What might start now, in no order. */
  eligible(): Entry[] {
    const running = this.#entries().filter((e) => e.phase === "running");
    const { global = Infinity, functions = {}, chains = {}, labels = {} } = this.#limits;
    const sameValue = (label: string, a: Entry, b: Entry) => labelOf(a, label) === labelOf(b, label);
    return this.#entries().filter((entry) =>
      entry.phase === "queued" && running.length < global &&
      this.#count("running", entry.group) < this.#shareOf(entry.group) &&
      (urlOf(entry) !== undefined || this.platforms.length === 0 || this.#withRoom().length > 0) &&
      this.#opensAtMs("") <= this.#nowMs && this.#opensAtMs(fnOf(entry)) <= this.#nowMs &&
      Object.entries(labels).every(([label, max]) =>
        labelOf(entry, label) === undefined || running.filter((r) => sameValue(label, r, entry)).length < max
      ) &&
      running.filter((r) => fnOf(r) === fnOf(entry)).length < (functions[fnOf(entry)] ?? Infinity) &&
      running.filter((r) => chainOf(r) === chainOf(entry)).length < (chains[chainOf(entry)] ?? Infinity)
    );
  }

  /** How much a group may have running: under strict shares, its part of the global limit. */
  #shareOf(name: string): number {
    const { global = Infinity } = this.#limits;
    if (!this.strict || !this.#policy.group || global === Infinity) return Infinity;
    const busy = [...this.#groups].filter(([name]) =>
      this.#count("queued", name) + this.#count("running", name) > 0
    );
    const all = busy.reduce((sum, [, { weight }]) => sum + weight, 0);
    return Math.max(1, Math.floor(global * this.#groups.get(name)!.weight / all));
  }

  /** The platforms that have room. */
  #withRoom(): PlatformView[] {
    const running = this.#entries().filter((entry) =>
      entry.phase === "running" && urlOf(entry) === undefined
    );
    return this.platforms.map(({ name, price = 0 }) => ({
      name,
      price,
      running: running.filter(({ platform }) => platform === name).length,
      limit: this.#limits.platforms?.[name] ?? Infinity,
    })).filter(({ running, limit }) => running < limit);
  }

  #placeOf(entry: Entry): string | undefined {
    if (this.platforms.length === 0 || urlOf(entry) !== undefined) return undefined;
    const open = this.#withRoom();
    const [least] = open.toSorted((a, b) =>
      a.running / a.limit - b.running / b.limit || a.running - b.running
    );
    return this.#policy.place?.(this.#view(entry), open) ?? least!.name;
  }

  /** The rate of a function, or of all ("") . */
  #rateOf(name: string): number | undefined {
    return name === "" ? this.#limits.rate : this.#limits.functionRates?.[name];
  }

  /** When the rate of a function, or of all, lets something start: evenly, but for a tenth of a second's worth. */
  #opensAtMs(name: string): number {
    const rate = this.#rateOf(name);
    if (rate === undefined) return -Infinity;
    return (this.#dueAtMs.get(name) ?? -Infinity) - Math.max(0, 100 - 1000 / rate);
  }

  #order(a: Entry, b: Entry): number {
    const groups = [a, b].map((entry) => this.#groups.get(entry.group)!);
    const loads = [a, b].map((entry, i) => this.#count("running", entry.group) / groups[i]!.weight);
    const byGroup = loads[0]! - loads[1]! || groups[0]!.turn - groups[1]!.turn;
    return (this.#policy.group ? byGroup : 0) || compareLists(a.rank, b.rank) || bySequence(a, b);
  }

  #start(entry: Entry): void {
    const { of } = entry;
    entry.platform = this.#placeOf(entry);
    entry.phase = "running";
    for (const name of ["", fnOf(entry)]) {
      const rate = this.#rateOf(name);
      if (rate === undefined) continue;
      this.#dueAtMs.set(name, Math.max(this.#nowMs, this.#dueAtMs.get(name) ?? -Infinity) + 1000 / rate);
    }
    entry.attempts++;
    this.#groups.get(entry.group)!.turn = ++this.#turns;
    this.#readWeight(entry.group);
    if (of.started) return;
    of.started = true;
    for (const other of [...of.entries]) {
      if (other.phase !== "queued") continue;
      const former = other.group;
      of.entries = [other, ...of.entries.filter((entry) => entry !== other)];
      this.#place(other);
      this.#readWeight(former);
    }
  }

  settle(entry: Entry, outcome: Outcome, nowMs: number, runMs: number | undefined): Settlement {
    this.#nowMs = nowMs;
    const { of: open, node } = entry;
    const { name, fn } = open.instance.chain.nodes[node]!;
    const verdict = judge(entry, outcome);
    entry.phase = "new";
    this.#readWeight(entry.group);
    if (outcome.kind !== "ok" && (verdict === "retry" || verdict === "throttled")) {
      const delayMs = this.#delayMs(entry, verdict);
      entry.phase = "delayed";
      entry.untilMs = nowMs + Math.max(delayMs, outcome.retryAfterMs ?? 0, 1);
      return { instance: open.instance, verdict, skipped: [], retryAtMs: entry.untilMs };
    }
    if (outcome.kind === "ok" && runMs !== undefined) this.#times.observe(fn, runMs);
    open.entries = open.entries.filter((e) => e !== entry);
    const skipped: number[] = [];
    const reason = outcome.kind === "ok" ? "" : `node ${name}: ${outcome.reason}`;
    const state = verdict === "ok" ? "ok" : "failed";
    const free = this.#settleNode(open, node, state, skipped, reason);
    return { instance: open.instance, verdict, ...this.#advance(open, free, skipped) };
  }

  #delayMs(entry: Entry, verdict: "retry" | "throttled"): number {
    if (verdict === "retry") {
      this.#retried++;
      entry.throttles = 0;
      return failureDelayMs(
        entry.of.instance.chain.nodes[entry.node]!.fn.retry,
        ++entry.failures,
        this.random,
      );
    }
    this.#throttled++;
    return throttleDelayMs(++entry.throttles, this.random);
  }

  #settleNode(open: Open, node: number, state: NodeState, skipped: number[], reason: string): number[] {
    const { nodes } = open.instance.chain;
    const isSettled = (node: number) => open.states[node] !== undefined;
    const ready: number[] = [];
    const reached = [node];
    if (node === open.instance.chain.onFailed) {
      open.undone = true;
      return [];
    }
    open.states[node] = state;
    if (state === "failed" && nodes[node]!.onFailure === "fail") {
      this.#endEarly(open, { outcome: "failed", reason });
    }
    if (open.ending) return [];
    for (const at of reached) {
      if (at !== node && runs(open, at)) {
        ready.push(at);
        continue;
      }
      if (at !== node) {
        open.states[at] = "skipped";
        skipped.push(at);
      }
      const next = nodes.keys().filter((i) =>
        nodes[i]!.after.includes(at) && nodes[i]!.after.every(isSettled)
      );
      reached.push(...next);
    }
    return ready;
  }

  cancel(id: string, nowMs: number, reason: string): Settlement | undefined {
    this.#nowMs = nowMs;
    const open = this.#open.find((open) => open.instance.id === id);
    if (open === undefined) return undefined;
    this.#endEarly(open, { outcome: "cancelled", reason });
    return { instance: open.instance, ...this.#result(open, []) };
  }

  #endEarly(open: Open, ending: Ending): void {
    if (open.ending) return;
    open.ending = ending;
    const gone = open.entries.filter((entry) => entry.phase !== "running");
    open.entries = open.entries.filter((entry) => entry.phase === "running");
    for (const entry of gone) if (entry.phase === "queued") this.#readWeight(entry.group);
  }

  #result(open: Open, skipped: readonly number[]): Omit<Settlement, "instance"> {
    const { chain } = open.instance;
    const allSettled = [...bodyOf(chain).keys()].every((node) => open.states[node] !== undefined);
    const inFlight = open.entries.some((entry) => entry.phase === "running");
    if (inFlight || (!allSettled && !open.ending)) return { skipped };
    if (open.ending && chain.onFailed !== undefined && open.started && !open.undone) {
      if (open.entries.length === 0) this.#ready(open, chain.onFailed);
      return { skipped };
    }
    this.#open = this.#open.filter((other) => other !== open);
    return { skipped, ended: open.ending ?? { outcome: "completed" } };
  }

  setPolicy(policy: Policy): void {
    this.#policy = policy;
    this.#placeAnew();
  }

  /** Another global limit alone leaves the order as it is. */
  setLimits(limits: FixedLimits): void {
    const order = (
      { functions = {}, chains = {}, labels = {}, platforms = {}, rate, functionRates = {} }: FixedLimits,
    ) => [functions, chains, labels, platforms, rate, functionRates];
    const isSame = equal(order(this.#limits), order(limits));
    this.#limits = limits;
    if (isSame) return;
    for (const name of this.#dueAtMs.keys()) if (this.#rateOf(name) === undefined) this.#dueAtMs.delete(name);
    this.#placeAnew();
  }

  #placeAnew(): void {
    this.#groups.clear();
    this.#sweptAtMs = 0;
    for (const entry of this.#entries().filter((e) => e.phase === "running")) {
      entry.group = this.#groupOf(entry);
      this.#groups.get(entry.group)!.turn = ++this.#turns;
    }
    const queued = this.#entries().filter((e) => e.phase === "queued");
    for (const entry of queued) entry.phase = "new";
    for (const entry of queued) this.#place(entry);
    for (const name of this.#groups.keys()) this.#readWeight(name);
  }

  wakeAtMs(): number | undefined {
    const times = this.#entries().filter((e) => e.phase === "delayed").map((e) => e.untilMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** When a rate, and nothing else, lets something start that it holds back now. */
  rateOpensAtMs(): number | undefined {
    const nowMs = this.#nowMs;
    this.#nowMs = Infinity;
    const open = this.eligible();
    this.#nowMs = nowMs;
    const times = open.map((entry) => Math.max(this.#opensAtMs(""), this.#opensAtMs(fnOf(entry))));
    const later = times.filter((atMs) => atMs > nowMs);
    return later.length < times.length || later.length === 0 ? undefined : Math.min(...later);
  }

  stats(): SchedulerStats {
    return {
      instances: this.#open.length,
      ready: this.#count("queued"),
      delayed: this.#count("delayed"),
      running: this.#count("running"),
      limit: this.#limits.global ?? Infinity,
      throttled: this.#throttled,
      retried: this.#retried,
    };
  }

  #ready(of: Open, node: number): void {
    const counts = { attempts: 0, failures: 0, throttles: 0 };
    const unknown = { untilMs: NaN, group: "", platform: undefined, rank: [] };
    const entry: Entry = { of, node, phase: "new", readyAtMs: this.#nowMs, ...counts, ...unknown };
    of.entries.unshift(entry);
    this.#place(entry);
  }

  #place(entry: Entry): void {
    const name = this.#groupOf(entry);
    const group = this.#groups.get(name)!;
    if (this.#count("queued", name) + this.#count("running", name) === 0) group.turn = ++this.#turns;
    const rank = this.#policy.rank?.(this.#view(entry), this.#viewStats()) ?? 0;
    entry.rank = typeof rank === "number" ? [rank] : rank;
    entry.group = name;
    entry.phase = "queued";
    group.declaredWeight = entry.of.instance.weight;
    this.#readWeight(name);
  }

  #groupOf(entry: Entry): string {
    const name = this.#policy.group?.(this.#view(entry)) ?? "";
    const { weight } = entry.of.instance;
    if (!this.#groups.has(name)) this.#groups.set(name, { turn: 0, declaredWeight: weight, weight: 1 });
    return name;
  }

  #readWeight(name: string): void {
    const group = this.#groups.get(name)!;
    group.weight = this.#policy.weight?.(this.#groupStats(name), this.#viewStats()) ?? 1;
  }

  #entries(): Entry[] {
    return this.#open.flatMap((open) => open.entries);
  }

  #count(phase: Entry["phase"], group?: string): number {
    return this.#entries().filter((e) => e.phase === phase && (group ?? e.group) === e.group).length;
  }

  #groupStats(name: string): GroupStats {
    const { declaredWeight } = this.#groups.get(name)!;
    return {
      name,
      queued: this.#count("queued", name),
      running: this.#count("running", name),
      declaredWeight,
    };
  }

  #viewStats(): Stats {
    const groups = new Map([...this.#groups.keys()].map((name) => [name, this.#groupStats(name)]));
    const counts = { running: this.#count("running"), queued: this.#count("queued") };
    return { nowMs: this.#nowMs, ...counts, groups, functions: this.#functionStats() };
  }

  #functionStats(): Map<string, FunctionStats> {
    return new Map([...this.#arrivals].map(([name, arrivals]) => {
      const nodes = this.#open.flatMap(({ instance, states }) =>
        bodyOf(instance.chain).filter((node, i) => node.fn.name === name && states[i] === undefined)
      );
      const arrivalsPerS = (nowMs: number) => {
        const last = arrivals.slice(-30);
        return last.length * 1000 / Math.max(1, nowMs - last[0]!);
      };
      return [name, { name, unsettled: nodes.length, arrivalsPerS }];
    }));
  }

  #view({ of: { instance, started }, node, readyAtMs, attempts, phase }: Entry): Task {
    const { name, fn } = instance.chain.nodes[node]!;
    return {
      chain: instance.chain.name,
      instance: instance.id,
      node: name,
      function: fn.name,
      labels: instance.labels,
      priority: instance.priority,
      functionPriority: fn.priority,
      weight: instance.weight,
      deadlineMs: instance.deadlineMs,
      chainStarted: started,
      submittedAtMs: instance.submittedAtMs,
      readyAtMs,
      remainingMs: this.#remainingMs(instance.chain, node),
      expectedMs: this.#times.expectedMs(fn),
      attempt: phase === "running" ? attempts : attempts + 1,
    };
  }

  #criticalMs(chain: Chain): number {
    return Math.max(...bodyOf(chain).map((_, node) => this.#remainingMs(chain, node)));
  }

  #remainingMs(chain: Chain, node: number): number {
    const after = chain.nodes.flatMap((next, i) => next.after.includes(node) ? [i] : []);
    const least = Math.max(0, ...after.map((next) => this.#remainingMs(chain, next)));
    return this.#times.expectedMs(chain.nodes[node]!.fn) + least;
  }
}

function judge({ of, node, failures }: Entry, outcome: Outcome): Verdict {
  if (outcome.kind === "ok") return "ok";
  const { nodes, onFailed } = of.instance.chain;
  if (of.ending && node !== onFailed) return "failed";
  if (outcome.kind === "throttled") return "throttled";
  const { retry, atMostOnce } = nodes[node]!.fn;
  if (retry.on && !(outcome.cause && retry.on.includes(outcome.cause))) return "failed";
  return outcome.retryable && !atMostOnce && failures + 1 < retry.attempts ? "retry" : "failed";
}

function runs({ instance: { chain: { nodes } }, states }: Open, node: number): boolean {
  const { join = "all", after } = nodes[node]!;
  return runsAfter(join, after.map((i) => ({ state: states[i]!, onFailure: nodes[i]!.onFailure })));
}

/** The nodes of a chain but for the one that undoes, which is the last. */
function bodyOf({ nodes, onFailed }: Chain): readonly ChainNode[] {
  return nodes.slice(0, onFailed);
}

function bySequence(a: Entry, b: Entry): number {
  return a.of.serial - b.of.serial || a.node - b.node;
}

/** Item by item; of two lists of which one begins with the other, the shorter first. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return a.length - b.length;
}

function fnOf({ of, node }: Entry): string {
  return of.instance.chain.nodes[node]!.fn.name;
}

function urlOf({ of, node }: Entry): string | undefined {
  return of.instance.chain.nodes[node]!.fn.url;
}

function labelOf({ of }: Entry, label: string): string | undefined {
  return of.instance.labels[label];
}

function chainOf({ of }: Entry): string {
  return of.instance.chain.name;
}
