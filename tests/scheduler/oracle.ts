import { equal } from "@std/assert";
import {
  type Chain,
  type ChainNode,
  failureDelayMs,
  formatDuration,
  type Instance,
  type NodeRecord,
  type NodeState,
  type Pause,
  runsAfter,
  subchainOf,
} from "../../lib/model/mod.ts";
import type { MadeOutcome, Random } from "../../lib/model/mod.ts";
import type { FunctionStats, GroupStats, PlatformView, Policy, Stats, Task } from "../../lib/policies/mod.ts";
import type {
  Decision,
  Ending,
  FixedLimits,
  NodeCall,
  PlatformOption,
  SchedulerStats,
  Settlement,
  Verdict,
} from "../../lib/scheduler/mod.ts";
import { limitOf } from "./limit_of.ts";
import { throttleDelayMs } from "../../lib/scheduler/backoff.ts";
import { RetryBudget } from "../../lib/scheduler/retry_budget.ts";
import { OracleTimes } from "./oracle_times.ts";

/** An invocation that is not settled. */
export interface Entry {
  readonly of: Open;
  readonly node: number;
  readonly item: number | undefined;
  readonly readyAtMs: number;
  phase: "new" | "queued" | "delayed" | "running";
  attempts: number;
  failures: number;
  untilMs: number;
  /** Whether its delay is over, and it waits for its budget. */
  isDue: boolean;
  group: string;
  platform: string | undefined;
  rank: readonly number[];
  startedAtMs: number;
  /** Whether its call has not left yet. */
  isToLeave: boolean;
  cost: number;
  /** The door that its function waited behind on its platform when it was started, if it did. */
  door: Door | undefined;
}

/** A function waits for itself on a platform: it is asked to, for longer than all of them would, or is refused again and again. */
interface Door {
  /** By function, since something was let in. */
  readonly rests: Map<string, number>;
  restsUntilMs: number;
  askedUntilMs: number;
}

/** A map whose items are running. */
interface OpenMap {
  readonly count: number;
  readonly given: Set<number>;
  readonly settled: Set<number>;
}

/** An instance that has not ended. */
interface Open {
  readonly instance: Instance;
  readonly serial: number;
  /** The newest first. */
  entries: Entry[];
  readonly states: (NodeState | undefined)[];
  readonly maps: Map<number, OpenMap>;
  /** Calls of chains that have not ended. */
  calls: number;
  started: boolean;
  attainedMs: number;
  ending?: Ending;
  undone: boolean;
}

interface Group {
  turn: number;
  declaredWeight: number;
  weight: number;
  /** The service for its weight by what has ended. */
  settled: number;
  receivedMs: number;
}

/** Service in the units in which it is reckoned, in milliseconds. */
function inGrains(ms: number): number {
  return Math.max(1, Math.round(ms * 1024)) / 1024;
}

/** The unit that is shared between groups. */
export type Share = "time" | "calls";

/**
 * The scheduler once more, to compare it with: plain lists that are scanned for every decision, and nothing remembered
 * that can be counted. Slow, and obviously right.
 */
export class Oracle {
  readonly #times = new OracleTimes();
  /** Expected run times have leapt since running entries were charged by them, and this number of attempts has ended. */
  #haveLeapt = false;
  #ended = 0;
  #lookedAtMs = 0;
  readonly #groups = new Map<string, Group>();
  /** When the next start of each function, or of all (""), would be due if they came evenly. */
  readonly #dueAtMs = new Map<string, number>();
  /** When the last calls of each function, or of all (""), left: as many as its rate lets a window hold. */
  readonly #leftAtMs = new Map<string, number[]>();
  /** Platforms ("": none by name) that have throttled: how often they have rested for that, and until when they are closed. */
  readonly #closed = new Map<string, Door>();
  /** Functions that wait for themselves on a platform, by both. */
  readonly #doors = new Map<string, Door>();
  /** The refusals in a row of functions on platforms where nothing else ran, and the latest of them, by both. */
  readonly #refusals = new Map<string, { count: number; lastMs: number }>();
  /** When each function was asked for. */
  readonly #arrivals = new Map<string, number[]>();
  /** The settlements that were refused since they were asked for last. */
  refused: Settlement[] = [];
  #policy: Policy;
  #limits: FixedLimits;
  #pauses: readonly Pause[] = [];
  /** Of each function on each platform; and the groups whose retries wait for it, in their turns. */
  readonly #budgets = new Map<string, { readonly budget: RetryBudget; turns: string[] }>();
  #open: Open[] = [];
  #nowMs = 0;
  #sweptAtMs = 0;
  #serial = 0;
  #turns = 0;
  /** When each floor was served last, by its words. */
  readonly #floorTurns = new Map<string, number>();
  /** The service for its weight of the group that was served last, and the most that any had. */
  #virtual = 0;
  #highest = 0;
  #throttled = 0;
  #retried = 0;

  constructor(
    policy: Policy,
    limits: FixedLimits,
    readonly random: Random,
    readonly strict: boolean,
    readonly shed: boolean,
    readonly platforms: readonly PlatformOption[],
    readonly share: Share,
  ) {
    this.#policy = policy;
    this.#limits = limits;
    this.#placeAgain();
  }

  submit(instance: Instance, nowMs: number, progress: readonly NodeRecord[]): Settlement {
    this.#nowMs = nowMs;
    const { nodes } = instance.chain;
    const open: Open = {
      instance,
      serial: this.#serial++,
      entries: [],
      states: nodes.map(() => undefined),
      maps: new Map(),
      calls: 0,
      started: progress.length > 0 || instance.parent !== undefined,
      attainedMs: 0,
      undone: false,
    };
    this.#open.push(open);
    for (const { fn, calls } of bodyOf(instance.chain)) {
      if (calls !== undefined) continue;
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

  /** Begins with what needs no decision. */
  #advance(open: Open, free: readonly number[], skipped: readonly number[]): Omit<Settlement, "instance"> {
    if (open.ending) return this.#result(open, skipped);
    const { nodes } = open.instance.chain;
    const asks = (node: number) => nodes[node]!.when !== undefined || nodes[node]!.map !== undefined;
    const calls = free.filter((node) => !asks(node)).flatMap((node) => this.#begin(open, node, [undefined]));
    const undecided = free.filter(asks);
    return {
      ...this.#result(open, skipped),
      ...undecided.length > 0 && { undecided },
      ...calls.length > 0 && { calls },
    };
  }

  /** @returns the calls of chains that are to be made */
  #begin(open: Open, node: number, items: readonly (number | undefined)[]): NodeCall[] {
    if (open.instance.chain.nodes[node]!.calls === undefined) {
      for (const item of items) this.#ready(open, node, item);
      return [];
    }
    open.calls += items.length;
    this.#chainStarts(open);
    return items.map((item) => item === undefined ? { node } : { node, item });
  }

  decide(id: string, node: number, decision: Decision, nowMs: number): Settlement | undefined {
    this.#nowMs = nowMs;
    const open = this.#open.find((open) => open.instance.id === id);
    if (open === undefined || open.ending) return undefined;
    const { instance } = open;
    switch (decision.kind) {
      case "run":
        return { instance, ...this.#begun(open, node, [undefined]) };
      case "skip": {
        const skipped: number[] = [];
        const free = this.#settleNode(open, node, "skipped", skipped, "");
        return { instance, ...this.#advance(open, free, skipped) };
      }
      case "fail":
        return { instance, ...this.#settleWork(open, node, undefined, "failed", decision.reason) };
      case "map": {
        const done = decision.done ?? new Set();
        if (done.size === decision.count) return { instance, ...this.#mapped(open, node) };
        open.maps.set(node, { count: decision.count, given: new Set(done), settled: new Set(done) });
        const { concurrency = Infinity } = instance.chain.nodes[node]!.map!;
        return { instance, ...this.#begun(open, node, this.#give(open, node, concurrency)) };
      }
    }
  }

  #begun(open: Open, node: number, items: readonly (number | undefined)[]): Omit<Settlement, "instance"> {
    const calls = this.#begin(open, node, items);
    return { skipped: [], ...calls.length > 0 && { calls } };
  }

  #give(open: Open, node: number, most: number): number[] {
    const { count, given } = open.maps.get(node)!;
    const items = [...Array(count).keys()].filter((item) => !given.has(item)).slice(0, most);
    for (const item of items) given.add(item);
    return items;
  }

  #mapped(open: Open, node: number): Omit<Settlement, "instance"> {
    open.maps.delete(node);
    const skipped: number[] = [];
    const free = this.#settleNode(open, node, "ok", skipped, "");
    return { ...this.#advance(open, free, skipped), mapped: node };
  }

  /** A node has ended, or an item of its map. */
  #settleWork(
    open: Open,
    node: number,
    item: number | undefined,
    state: "ok" | "failed",
    reason: string,
  ): Omit<Settlement, "instance"> {
    const { name, onFailure } = open.instance.chain.nodes[node]!;
    const skipped: number[] = [];
    if (item === undefined) {
      const free = this.#settleNode(open, node, state, skipped, `node ${name}: ${reason}`);
      return this.#advance(open, free, skipped);
    }
    const map = open.maps.get(node);
    if (map === undefined) return this.#advance(open, [], []);
    map.settled.add(item);
    if (state === "failed" && onFailure === "fail") {
      open.maps.delete(node);
      this.#settleNode(open, node, "failed", skipped, `node ${name}: item ${item}: ${reason}`);
      return this.#advance(open, [], []);
    }
    if (map.settled.size === map.count) return this.#mapped(open, node);
    const next = open.ending ? [] : this.#give(open, node, 1);
    return next.length > 0 ? this.#begun(open, node, next) : this.#advance(open, [], []);
  }

  settleCall(id: string, call: NodeCall, state: "ok" | "failed", reason: string, nowMs: number) {
    this.#nowMs = nowMs;
    const open = this.#open.find((open) => open.instance.id === id);
    if (open === undefined) return undefined;
    open.calls--;
    return { instance: open.instance, ...this.#settleWork(open, call.node, call.item, state, reason) };
  }

  next(nowMs: number, leaves: "now" | "later"): Entry | undefined {
    this.#nowMs = nowMs;
    this.#expire();
    const due = this.#entries().filter((e) => e.phase === "delayed" && e.untilMs <= nowMs)
      .sort((a, b) => a.untilMs - b.untilMs || bySequence(a, b));
    for (const entry of due) {
      const { turns } = this.#budgetOf(entry);
      entry.isDue = true;
      if (!turns.includes(entry.group)) turns.push(entry.group);
    }
    const taken = [...this.#budgets.values()].flatMap((of) => this.#takeDue(of, due));
    for (const entry of due) if (taken.includes(entry)) this.#place(entry);
    if (this.#policy.weight && nowMs - this.#sweptAtMs >= 100) {
      this.#sweptAtMs = nowMs;
      for (const name of this.#groups.keys()) this.#readWeight(name);
    }
    for (;;) {
      const best = this.#first(this.eligible());
      if (!best || !this.#isTooLate(best.of)) {
        if (best) this.#start(best);
        if (best && leaves === "now") this.left(best, nowMs);
        return best;
      }
      this.refused.push(this.#refuse(best.of));
    }
  }

  #budgetOf(entry: Entry) {
    const key = `${fnOf(entry)} ${entry.platform}`, limits = () => this.#limits;
    let of = this.#budgets.get(key);
    if (of === undefined) {
      const load = {
        get limit() {
          return limits().global ?? Infinity;
        },
      };
      this.#budgets.set(key, of = { budget: new RetryBudget(0.2, load), turns: [] });
    }
    return of;
  }

  /** One of each group in turn, the longest due first, as far as the budget goes. */
  #takeDue(of: { readonly budget: RetryBudget; turns: string[] }, due: readonly Entry[]): Entry[] {
    const left = due.filter((entry) => this.#budgetOf(entry) === of), taken: Entry[] = [];
    while (left.length > 0 && of.budget.take(this.#nowMs)) {
      const name = of.turns.shift()!;
      const at = left.findIndex(({ group }) => group === name);
      const [entry] = left.splice(at, 1) as [Entry];
      taken.push(entry);
      entry.isDue = false;
      if (left.some(({ group }) => group === name)) of.turns.push(name);
    }
    return taken;
  }

  /** Ends what has come to a limit of its time. */
  #expire(): void {
    const due = this.#expiries().filter(({ atMs }) => atMs <= this.#nowMs)
      .sort((a, b) => a.atMs - b.atMs || a.open.serial - b.open.serial);
    for (const { open, reason } of due) {
      if (open.ending) continue; // by its other limit
      this.#endEarly(open, { outcome: "failed", reason: reason() });
      this.refused.push({ instance: open.instance, ...this.#result(open, []) });
    }
  }

  #expiries() {
    const found: { readonly atMs: number; readonly reason: () => string; readonly open: Open }[] = [];
    for (const open of this.#open) {
      const { chain: { ttlMs, timeLimitMs }, submittedAtMs } = open.instance;
      if (open.ending) continue;
      if (ttlMs !== undefined && !open.started) {
        const reason = () =>
          `ttl: nothing of it had started within ${formatDuration(ttlMs)} of its submission`;
        found.push({ atMs: submittedAtMs + ttlMs, reason, open });
      }
      if (timeLimitMs !== undefined) {
        const reason = () =>
          `time-limit: it had not ended within ${formatDuration(timeLimitMs)} of its submission`;
        found.push({ atMs: submittedAtMs + timeLimitMs, reason, open });
      }
    }
    return found;
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

  /** The entries that might start now, in no order. */
  eligible(): Entry[] {
    const running = this.#running();
    const { global = Infinity, functions = {}, chains = {}, labels = {} } = this.#limits;
    const sameValue = (label: string, a: Entry, b: Entry) => labelOf(a, label) === labelOf(b, label);
    if (running.length >= global || this.#opensAtMs("") > this.#nowMs) return [];
    return this.#entries().filter((entry) =>
      entry.phase === "queued" && !this.#isPaused(entry) &&
      this.#hasShareLeft(entry.group) &&
      (this.#isPlaced(entry)
        ? this.#withRoom(entry).length > 0
        : this.#closedUntilMs(entry) <= this.#nowMs) &&
      this.#opensAtMs(fnOf(entry)) <= this.#nowMs &&
      Object.entries(labels).every(([label, limit]) => {
        const value = labelOf(entry, label);
        if (value === undefined) return true;
        return running.filter((r) => sameValue(label, r, entry)).length < limitOf(limit, value);
      }) &&
      running.filter((r) => fnOf(r) === fnOf(entry)).length < limitOf(functions, fnOf(entry)) &&
      running.filter((r) => chainOf(r) === chainOf(entry)).length < limitOf(chains, chainOf(entry))
    );
  }

  #isPaused(entry: Entry): boolean {
    return this.#pauses.some(({ chain = chainOf(entry), function: fn = fnOf(entry), label }) =>
      chain === chainOf(entry) && fn === fnOf(entry) &&
      (label === undefined || labelOf(entry, label.name) === label.value)
    );
  }

  setPauses(pauses: readonly Pause[]): void {
    const isSame = equal(this.#pauses, pauses);
    this.#pauses = pauses;
    if (!isSame) this.#placeAgain();
  }

  #hasShareLeft(name: string): boolean {
    const share = this.#shareOf(name);
    return share === Infinity || this.#count("running", name) < share;
  }

  /** The most that a group may have running: under strict shares, its part of the global limit. */
  #shareOf(name: string): number {
    const { global = Infinity } = this.#limits;
    if (!this.strict || !this.#policy.group || global === Infinity) return Infinity;
    return Math.max(1, Math.floor(global * this.#groups.get(name)!.weight / this.#busyWeight()));
  }

  /** The platforms that have room and are open, of those that a function may run on. */
  #withRoom(of: Entry): PlatformView[] {
    const running = this.#entries().filter((entry) => entry.phase === "running");
    return this.platforms.filter(({ name }) => mayRunOn(of, name)).map(({ name, price = 0 }) => ({
      name,
      price,
      pricePerMs: 0,
      running: running.filter(({ platform }) => platform === name).length,
      limit: this.#limitOf(name),
    })).filter(({ name, running, limit }) => running < limit && this.#closedUntilMs(of, name) <= this.#nowMs);
  }

  /** Whether a function runs on one of the platforms. */
  #isPlaced(entry: Entry): boolean {
    return this.platforms.some(({ name }) => mayRunOn(entry, name));
  }

  /** Until when nothing starts where an entry was started, or is called. */
  #closedUntilMs(entry: Entry, platform = ""): number {
    const { restsUntilMs = -Infinity, askedUntilMs = -Infinity } = this.#closed.get(platform) ?? {};
    const door = this.#doors.get(doorOf(entry, platform)) ?? opened();
    return Math.max(restsUntilMs, askedUntilMs, door.restsUntilMs, door.askedUntilMs);
  }

  /** Whether something has been closed, as it has throttled, and has let nothing in since. */
  get hasClosed(): boolean {
    const isClosed = (closed: Door) => Math.max(closed.restsUntilMs, closed.askedUntilMs) > -Infinity;
    return this.#doors.size > 0 || [...this.#closed.values()].some(isClosed);
  }

  #limitOf(platform = ""): number {
    const { global = Infinity, platforms = {} } = this.#limits;
    return Math.min(global, platforms[platform] ?? Infinity);
  }

  /**
   * A platform that throttles is closed as long as it asks, and, if its limit leaves room, for a while, which doubles with each refusal
   * of the same function, until it lets a call in. Where
   * it asks for long, or refuses one function three times in a row while nothing else runs there, only that function is held back,
   * until a call lets it in that was started after that.
   *
   * @returns whether a function is held back for itself, or no more, by one that was not known to be
   */
  #learn(entry: Entry, outcome: MadeOutcome): boolean {
    const { platform = "", door } = entry, key = doorOf(entry), name = fnOf(entry);
    const closed = this.#closed.get(platform) ?? opened();
    this.#closed.set(platform, closed);
    const present = this.#doors.get(key), isBehind = door !== undefined && door === present;
    if (outcome.kind !== "throttled") {
      Object.assign(closed, { rests: new Map(), restsUntilMs: -Infinity });
      this.#refusals.delete(key);
      return isBehind && this.#doors.delete(key);
    }
    const others = this.#running().filter((e) => e !== entry && (e.platform ?? "") === platform);
    const { retryAfterMs: askedMs = 0 } = outcome, isLong = askedMs > 2000;
    const isAgain = present !== undefined || (others.length === 0 && this.#isRefusedAgain(entry, key));
    const isAlone = isLong || isAgain;
    const waits = isAlone ? present ?? opened(name, closed.rests.get(name)) : closed;
    if (isAlone) this.#doors.set(key, waits);
    if (askedMs > 0) {
      waits.askedUntilMs = Math.max(waits.askedUntilMs, this.#nowMs + Math.min(askedMs, 60_000));
    }
    const hasRoom = others.length < this.#limitOf(platform) && this.#nowMs >= closed.restsUntilMs;
    if (isAlone ? !isLong : hasRoom) {
      const rests = (waits.rests.get(name) ?? 0) + 1;
      waits.rests.set(name, rests);
      waits.restsUntilMs = this.#nowMs + throttleDelayMs(rests, this.random);
    }
    return isAlone && present === undefined;
  }

  /** Calls that were started together count once. */
  #isRefusedAgain({ startedAtMs }: Entry, key: string): boolean {
    const { count, lastMs } = this.#refusals.get(key) ?? { count: 0, lastMs: -Infinity };
    if (startedAtMs < lastMs) return count >= 3;
    this.#refusals.set(key, { count: count + 1, lastMs: this.#nowMs });
    return count + 1 >= 3;
  }

  #canGoElsewhere(entry: Entry): boolean {
    return this.#withRoom(entry).some(({ name }) => name !== entry.platform);
  }

  #placeOf(entry: Entry): string | undefined {
    if (!this.#isPlaced(entry)) return undefined;
    const open = this.#withRoom(entry);
    const [least] = open.toSorted((a, b) =>
      a.running / a.limit - b.running / b.limit || a.running - b.running
    );
    return this.#policy.place?.(this.#view(entry), open) ?? least!.name;
  }

  /** The rate of a function, or of all (""). */
  #rateOf(name: string) {
    const rate = name === "" ? this.#limits.rate : this.#limits.functionRates?.[name];
    if (rate === undefined) return undefined;
    const { starts, perMs, burst } = typeof rate === "number" ? { starts: rate, perMs: 1000 } : rate;
    const everyMs = perMs / starts;
    const together = burst ?? Math.max(1, Math.floor(100 / everyMs + 1e-9));
    return { everyMs, together, most: Math.ceil(Math.max(starts, together) - 1e-9) };
  }

  /**
   * When the rate of a function, or of all, lets something start: evenly, but for what may come together, and never more than
   * a window of it holds, as if all that is to leave left in that; windows are half a percent longer.
   */
  #opensAtMs(name: string): number {
    const rate = this.#rateOf(name);
    if (rate === undefined) return -Infinity;
    const { everyMs, together, most } = rate;
    const evenlyAtMs = (this.#dueAtMs.get(name) ?? -Infinity) -
      ((together - 1) * everyMs + Math.min(10, everyMs / 2));
    const left = most - this.#running().filter((e) => e.isToLeave && [fnOf(e), ""].includes(name)).length;
    if (left <= 0) return Infinity;
    return Math.max(evenlyAtMs, (this.#leftOf(name).at(-left) ?? -Infinity) + most * everyMs * 1.005);
  }

  /** When each call left that a rate counts. */
  #leftOf(name: string): number[] {
    return this.#leftAtMs.get(name) ?? [];
  }

  left(entry: Entry, nowMs: number): void {
    this.#nowMs = nowMs;
    if (!entry.isToLeave) return;
    entry.isToLeave = false;
    for (const name of ["", fnOf(entry)]) {
      const rate = this.#rateOf(name);
      if (rate) this.#leftAtMs.set(name, [...this.#leftOf(name), nowMs].slice(-rate.most));
    }
  }

  #neverLeft(entry: Entry): void {
    entry.isToLeave = false;
    for (const name of ["", fnOf(entry)]) {
      const dueAtMs = this.#dueAtMs.get(name), rate = this.#rateOf(name);
      if (rate && dueAtMs !== undefined) this.#dueAtMs.set(name, dueAtMs - rate.everyMs);
    }
  }

  /** Floors that are not met go first: the one with the least part held, then the one longest without a start. */
  #furthestBelow(entries: readonly Entry[]): readonly Entry[] {
    if (this.#floors().length === 0) return entries;
    const below = entries.map((entry) => this.#belowFloor(entry));
    const [least] = below.toSorted(compareLists);
    return entries.filter((_, i) => compareLists(below[i]!, least!) === 0);
  }

  /** The part that is held of a floor that an entry counts for, the least, and when that was served. */
  #belowFloor(entry: Entry): readonly number[] {
    const parts = this.#floors().filter(({ counts }) => counts(entry)).map(({ floor, counts, words }) => {
      const part = this.#running().filter(counts).length / floor;
      return part < 1 ? [part, this.#floorTurns.get(words)!] : [1, Infinity];
    });
    return parts.sort(compareLists)[0] ?? [1, Infinity];
  }

  #floors(): { readonly floor: number; readonly words: string; counts(entry: Entry): boolean }[] {
    const { functions = {}, chains = {}, labels = {} } = this.#limits.floors ?? {};
    const of = (kind: string, floors: Readonly<Record<string, number>>, get: (entry: Entry) => unknown) =>
      Object.entries(floors).map(([value, floor]) => ({
        ...{ floor, words: `${kind} ${value}` },
        counts: (entry: Entry) => get(entry) === value,
      }));
    return [
      ...of("function", functions, fnOf),
      ...of("chain", chains, chainOf),
      ...Object.entries(labels).flatMap(([label, floors]) =>
        of(label, floors, (entry) => labelOf(entry, label))
      ),
    ];
  }

  /** The floors that an entry counts for have been served. */
  #serveFloors(entry: Entry): void {
    for (const { words, counts } of this.#floors()) {
      if (counts(entry)) this.#floorTurns.set(words, ++this.#turns);
    }
  }

  #first(all: readonly Entry[]): Entry | undefined {
    const entries = this.#furthestBelow(all);
    const loads = new Map<string, number>();
    if (this.#policy.group) {
      for (const { group } of entries) loads.set(group, loads.get(group) ?? this.#load(group));
    }
    const turn = ({ group }: Entry) => this.#groups.get(group)!.turn;
    const byGroup = (a: Entry, b: Entry) => loads.get(a.group)! - loads.get(b.group)! || turn(a) - turn(b);
    const order = (a: Entry, b: Entry) =>
      (this.#policy.group ? byGroup(a, b) : 0) || compareLists(a.rank, b.rank) || bySequence(a, b);
    let first = entries[0];
    for (const entry of entries) if (order(entry, first!) < 0) first = entry;
    return first;
  }

  /** The service that a group has received for its weight, with its calls in flight as they were expected. */
  #load(name: string): number {
    const { settled, weight } = this.#groups.get(name)!;
    return settled + sum(this.#running(name).map(({ cost }) => cost)) / weight;
  }

  /** Lets a group be no further behind than the slots that it lacks of its part are worth. */
  #raise(name: string, cost: number): void {
    const group = this.#groups.get(name)!;
    const running = this.#running(), own = this.#running(name);
    const mean = sum(running.map(({ cost }) => cost)) / running.length;
    const lacking = (running.length + 1) / this.#busyWeight() -
      own.length / group.weight;
    const behind = running.length > 0 && lacking > 0 ? lacking * Math.min(cost, mean) : 0;
    const level = this.#virtual - behind;
    if (this.#load(name) < level) group.settled = level - sum(own.map(({ cost }) => cost)) / group.weight;
  }

  #costOf(entry: Entry): number {
    const { expectedMs } = this.#view(entry);
    return this.share === "calls" ? 1 : inGrains(expectedMs);
  }

  #charge(entry: Entry): void {
    entry.startedAtMs = this.#nowMs;
    entry.cost = NaN;
    if (!this.#policy.group) return;
    entry.cost = this.#costOf(entry);
    this.#raise(entry.group, entry.cost);
    this.#virtual = Math.max(this.#virtual, this.#load(entry.group));
  }

  /**
   * An attempt has ended: charges calls in flight by the run times that are expected now, if these have leapt, and those that take
   * much longer than that with what they have taken; but not too often.
   */
  #learned(haveLeapt: boolean): void {
    if (!this.#policy.group) return;
    this.#haveLeapt ||= haveLeapt;
    const { length } = this.#running(), leapt = this.#haveLeapt;
    const isDue = (leapt && 32 * this.#ended >= length) || 4 * this.#ended >= length ||
      this.#nowMs - this.#lookedAtMs >= 1000;
    if (!isDue) return;
    this.#haveLeapt = false;
    this.#ended = 0;
    this.#lookedAtMs = this.#nowMs;
    const virtual = this.#virtual;
    for (const name of new Set(this.#running().map(({ group }) => group))) {
      this.#chargeAgain(name, leapt, virtual);
    }
  }

  #chargeAgain(name: string, leapt: boolean, virtual: number): void {
    const group = this.#groups.get(name)!, was = this.#load(name);
    let by = 0, longest = 0;
    for (const entry of this.#running(name)) {
      const expected = leapt ? this.#costOf(entry) : entry.cost;
      const isOverrun = this.share === "time" && this.#nowMs >= entry.startedAtMs + 1.5 * expected;
      const cost = isOverrun ? inGrains(this.#nowMs - entry.startedAtMs) : expected;
      if (cost === entry.cost) continue;
      by += cost - entry.cost;
      longest = Math.max(longest, cost);
      entry.cost = cost;
    }
    const is = this.#load(name), most = this.#mostBehind(longest, group);
    if (by > 0) group.settled -= Math.max(0, is - Math.max(was, virtual + most));
    else if (by < 0 && was >= virtual) this.#virtual = Math.min(this.#virtual, is);
  }

  /** The most that attempts set their group back if they take longer than expected. */
  #mostBehind(longestMs: number, { weight }: Group): number {
    return Math.max(this.#running().length * 60_000 / this.#busyWeight(), longestMs / weight);
  }

  /** An attempt ends: it counts as what it was. */
  #receive(entry: Entry, outcome: MadeOutcome): void {
    const group = this.#groups.get(entry.group)!;
    const isRefused = outcome.kind === "throttled";
    const heldMs = isRefused ? 0 : this.#nowMs - entry.startedAtMs;
    entry.of.attainedMs += heldMs;
    group.receivedMs += heldMs;
    const before = this.#load(entry.group);
    const most = this.#mostBehind(heldMs, group);
    entry.phase = "new";
    if (!this.#policy.group) return;
    this.#ended++;
    group.settled += (this.share === "time" ? heldMs : isRefused ? 0 : 1) / group.weight;
    const after = this.#load(entry.group);
    if (after > before) group.settled -= Math.max(0, after - Math.max(before, this.#virtual + most));
    else if (before >= this.#virtual) this.#virtual = Math.min(this.#virtual, after);
    this.#highest = Math.max(this.#highest, this.#load(entry.group));
    this.#rest();
  }

  /** All are level once nothing waits and nothing is in flight. */
  #rest(): void {
    if (this.#busy().length === 0) this.#virtual = Math.max(this.#virtual, this.#highest);
  }

  #start(entry: Entry): void {
    const { of } = entry;
    this.#charge(entry);
    entry.platform = this.#placeOf(entry);
    entry.door = this.#doors.get(doorOf(entry));
    entry.phase = "running";
    for (const name of ["", fnOf(entry)]) {
      const rate = this.#rateOf(name);
      if (rate === undefined) continue;
      this.#dueAtMs.set(name, Math.max(this.#nowMs, this.#dueAtMs.get(name) ?? -Infinity) + rate.everyMs);
    }
    entry.isToLeave = true;
    entry.attempts++;
    this.#groups.get(entry.group)!.turn = ++this.#turns;
    this.#serveFloors(entry);
    this.#readWeight(entry.group);
    this.#chainStarts(of);
  }

  #chainStarts(of: Open): void {
    if (of.started) return;
    of.started = true;
    for (const other of [...of.entries]) {
      if (other.phase !== "queued") continue;
      const former = { ...other };
      of.entries = [other, ...of.entries.map((entry) => entry === other ? former : entry)];
      this.#place(other); // before it leaves its former place, so that no group is idle between
      of.entries = of.entries.filter((entry) => entry !== former);
      this.#readWeight(former.group);
    }
  }

  settle(entry: Entry, outcome: MadeOutcome, nowMs: number, runMs: number | undefined): Settlement {
    this.#nowMs = nowMs;
    const { of: open, node, item } = entry;
    const { fn } = open.instance.chain.nodes[node]!;
    const verdict = judge(entry, outcome);
    if (entry.isToLeave) this.#neverLeft(entry);
    if (this.#learn(entry, outcome)) this.#placeAgain();
    this.#receive(entry, outcome);
    this.#readWeight(entry.group);
    const isTimed = outcome.kind === "ok" && runMs !== undefined;
    this.#learned(isTimed && this.#times.observe(fn, runMs));
    if (verdict === "throttled") {
      this.#throttled++;
      this.#place(entry);
      const closedUntilMs = this.#closedUntilMs(entry, entry.platform);
      const waits = closedUntilMs > nowMs && !(entry.platform !== undefined && this.#canGoElsewhere(entry));
      return { instance: open.instance, verdict, skipped: [], ...waits && { retryAtMs: closedUntilMs } };
    }
    this.#budgetOf(entry).budget.ended(entry.failures > 0, outcome.kind === "ok");
    if (outcome.kind !== "ok" && verdict === "retry") {
      this.#retried++;
      const delayMs = failureDelayMs(fn.retry, ++entry.failures, this.random);
      entry.phase = "delayed";
      entry.untilMs = nowMs + Math.max(delayMs, outcome.retryAfterMs ?? 0, 1);
      return { instance: open.instance, verdict, skipped: [], retryAtMs: entry.untilMs };
    }
    open.entries = open.entries.filter((e) => e !== entry);
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const state = verdict === "ok" ? "ok" : "failed";
    return { instance: open.instance, verdict, ...this.#settleWork(open, node, item, state, reason) };
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

  forget(id: string, nowMs: number, reason: string): Settlement | undefined {
    this.#nowMs = nowMs;
    const open = this.#open.find((open) => open.instance.id === id);
    if (open === undefined) return undefined;
    open.undone = true;
    open.ending ??= { outcome: "cancelled", reason };
    this.#takeOut(open);
    return { instance: open.instance, ...this.#result(open, []) };
  }

  #endEarly(open: Open, ending: Ending): void {
    if (open.ending) return;
    open.ending = ending;
    this.#takeOut(open);
  }

  #takeOut(open: Open): void {
    const gone = open.entries.filter((entry) => entry.phase !== "running");
    open.entries = open.entries.filter((entry) => entry.phase === "running");
    for (const entry of gone) if (entry.phase === "queued") this.#readWeight(entry.group);
    this.#rest();
    for (const of of this.#budgets.values()) {
      of.turns = of.turns.filter((name) =>
        this.#entries().some((e) => e.isDue && e.group === name && this.#budgetOf(e) === of)
      );
    }
  }

  #result(open: Open, skipped: readonly number[]): Omit<Settlement, "instance"> {
    const { chain } = open.instance;
    const allSettled = [...bodyOf(chain).keys()].every((node) => open.states[node] !== undefined);
    const inFlight = open.entries.some((entry) => entry.phase === "running");
    const { ending } = open;
    if (inFlight || open.calls > 0 || (!allSettled && !ending)) return { skipped, ...ending && { ending } };
    if (ending && chain.onFailed !== undefined && open.started && !open.undone) {
      if (open.entries.length === 0) this.#ready(open, chain.onFailed, undefined);
      return { skipped, ending };
    }
    this.#open = this.#open.filter((other) => other !== open);
    return { skipped, ended: open.ending ?? { outcome: "completed" } };
  }

  /** Under another policy, all are level. */
  setPolicy(policy: Policy): void {
    if (policy !== this.#policy) {
      this.#groups.clear();
      this.#virtual = this.#highest = 0;
    }
    this.#policy = policy;
    this.#placeAgain();
  }

  /** Another global limit alone leaves the order as it is, where no function waits for itself: fixed limits forget that. */
  setLimits(limits: FixedLimits): void {
    const order = (
      { functions = {}, chains = {}, labels = {}, floors, platforms = {}, rate, functionRates = {} }:
        FixedLimits,
    ) => [functions, chains, labels, floors, platforms, rate, functionRates].map(withoutEmpty);
    const isSame = equal(order(this.#limits), order(limits)) && this.#doors.size === 0;
    this.#limits = limits;
    this.#doors.clear();
    if (isSame) return;
    for (const name of new Set([...this.#dueAtMs.keys(), ...this.#leftAtMs.keys()])) {
      const rate = this.#rateOf(name);
      if (rate === undefined) {
        this.#leftAtMs.delete(name);
        this.#dueAtMs.delete(name);
      } else this.#leftAtMs.set(name, this.#leftOf(name).slice(-rate.most)); // no more is remembered
    }
    this.#placeAgain();
  }

  #placeAgain(): void {
    this.#haveLeapt = false;
    this.#ended = this.#lookedAtMs = 0;
    this.#floorTurns.clear();
    for (const { words } of this.#floors()) this.#floorTurns.set(words, ++this.#turns);
    for (const group of this.#groups.values()) Object.assign(group, { turn: 0, weight: 1 });
    this.#sweptAtMs = 0;
    const running = this.#running();
    const queued = this.#entries().filter((e) => e.phase === "queued");
    for (const entry of [...running, ...queued]) entry.phase = "new";
    for (const entry of running) {
      entry.phase = "running";
      entry.group = this.#groupOf(entry);
      if (this.#policy.group && Number.isNaN(entry.cost)) entry.cost = this.#costOf(entry);
      this.#groups.get(entry.group)!.turn = ++this.#turns;
      this.#serveFloors(entry);
      this.#readWeight(entry.group);
    }
    for (const entry of queued) this.#place(entry);
  }

  wakeAtMs(): number | undefined {
    const delayed = this.#entries().filter((e) => e.phase === "delayed");
    const times = [
      ...delayed.map((e) => Math.max(e.untilMs, this.#budgetOf(e).budget.opensAtMs())),
      ...this.#expiries().map(({ atMs }) => atMs),
    ];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** When a rate, or the end of a rest, and nothing else, lets something start that it holds back now. */
  opensAtMs(): number | undefined {
    const nowMs = this.#nowMs;
    this.#nowMs = Infinity;
    const open = this.eligible();
    const ways = open.map((entry) =>
      this.#isPlaced(entry) ? this.#withRoom(entry).map(({ name }) => name) : [""]
    );
    this.#nowMs = nowMs;
    const times = open.map((entry, i) => {
      const wayMs = Math.min(...ways[i]!.map((name) => this.#closedUntilMs(entry, name)));
      return Math.max(wayMs, this.#opensAtMs(""), this.#opensAtMs(fnOf(entry)));
    });
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

  #ready(of: Open, node: number, item: number | undefined): void {
    const counts = { attempts: 0, failures: 0 };
    const unknown = {
      untilMs: NaN,
      isDue: false,
      group: "",
      platform: undefined,
      rank: [],
      startedAtMs: NaN,
      isToLeave: false,
      cost: NaN,
      door: undefined,
    };
    const entry: Entry = { of, node, item, phase: "new", readyAtMs: this.#nowMs, ...counts, ...unknown };
    of.entries.unshift(entry);
    this.#place(entry);
  }

  #place(entry: Entry): void {
    const name = this.#groupOf(entry);
    const group = this.#groups.get(name)!;
    if (this.#count("queued", name) + this.#count("running", name) === 0) group.turn = ++this.#turns;
    const isFirst = this.#count("queued", name) === 0;
    const rank = this.#policy.rank?.(this.#view(entry), this.#viewStats()) ?? 0;
    entry.rank = typeof rank === "number" ? [rank] : rank;
    entry.group = name;
    entry.phase = "queued";
    group.declaredWeight = entry.of.instance.weight;
    this.#readWeight(name);
    if (isFirst && this.#policy.group) this.#raise(name, this.#costOf(entry));
  }

  #groupOf(entry: Entry): string {
    const name = this.#policy.group?.(this.#view(entry)) ?? "";
    const { weight } = entry.of.instance;
    if (!this.#groups.has(name)) {
      const nothing = { turn: 0, settled: 0, receivedMs: 0 };
      this.#groups.set(name, { declaredWeight: weight, weight: 1, ...nothing });
    }
    return name;
  }

  #readWeight(name: string): void {
    const group = this.#groups.get(name)!;
    group.weight = this.#policy.weight?.(this.#groupStats(name), this.#viewStats()) ?? 1;
  }

  /** The groups that have work. */
  #busy(): [name: string, group: Group][] {
    return [...this.#groups].filter(([name]) =>
      this.#count("queued", name) + this.#count("running", name) > 0
    );
  }

  /** The weights of the groups that have work, together: rounded once, so that their order does not matter. */
  #busyWeight(): number {
    const scaled = this.#busy().map(([, { weight }]) => BigInt(weight * 2 ** 200));
    return Number(scaled.reduce((sum, weight) => sum + weight, 0n)) / 2 ** 200;
  }

  #running(group?: string): Entry[] {
    const running: Entry[] = [];
    for (const { entries } of this.#open) {
      for (const e of entries) if (e.phase === "running" && (group ?? e.group) === e.group) running.push(e);
    }
    return running;
  }

  #entries(): Entry[] {
    const all: Entry[] = [];
    for (const { entries } of this.#open) all.push(...entries);
    return all;
  }

  #count(phase: Entry["phase"], group?: string): number {
    let count = 0;
    for (const { entries } of this.#open) {
      for (const e of entries) if (e.phase === phase && (group ?? e.group) === e.group) count++;
    }
    return count;
  }

  #groupStats(name: string): GroupStats {
    const { declaredWeight, receivedMs } = this.#groups.get(name)!;
    return {
      name,
      queued: this.#count("queued", name),
      running: this.#count("running", name),
      receivedMs,
      declaredWeight,
    };
  }

  /** The statistics for a policy: a figure that it does not read is not counted. */
  #viewStats(): Stats {
    const groupsOf = () => new Map([...this.#groups.keys()].map((name) => [name, this.#groupStats(name)]));
    const functionsOf = () => this.#functionStats();
    return {
      nowMs: this.#nowMs,
      running: this.#count("running"),
      queued: this.#count("queued"),
      get groups() {
        return groupsOf();
      },
      get functions() {
        return functionsOf();
      },
    };
  }

  #functionStats(): Map<string, FunctionStats> {
    const unsettledOf = (name: string) => this.#unsettled(name);
    return new Map([...this.#arrivals].map(([name, arrivals]) => {
      const arrivalsPerS = (nowMs: number) => {
        const last = arrivals.slice(-30);
        return last.length * 1000 / Math.max(1, nowMs - last[0]!);
      };
      return [name, {
        name,
        get unsettled() {
          return unsettledOf(name);
        },
        arrivalsPerS,
      }];
    }));
  }

  /** The invocations of a function that are to be settled yet. */
  #unsettled(name: string): number {
    let count = 0;
    for (const { instance: { chain: { nodes, onFailed = nodes.length } }, states, maps } of this.#open) {
      for (let i = 0; i < onFailed; i++) {
        const { fn, calls } = nodes[i]!;
        if (fn.name !== name || calls !== undefined || states[i] !== undefined) continue;
        const map = maps.get(i);
        count += map === undefined ? 1 : map.count - map.settled.size;
      }
    }
    return count;
  }

  #view({ of: { instance, started, attainedMs }, node, readyAtMs, attempts, phase }: Entry): Task {
    const { name, fn } = instance.chain.nodes[node]!;
    const expectedMs = () => (this.#know(instance.chain), this.#times.expectedMs(fn));
    const remainingMs = () => (this.#know(instance.chain), this.#remainingMs(instance.chain, node));
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
      get remainingMs() {
        return remainingMs();
      },
      get expectedMs() {
        return expectedMs();
      },
      attainedMs,
      attempt: phase === "running" ? attempts : attempts + 1,
    };
  }

  /**
   * The times of all functions of a chain are known from the first question about one of them on: a time that leaps when it is known,
   * as another function shows how wrong declared times are, charges all in flight again.
   */
  #know(chain: Chain): void {
    for (const { fn, calls } of chain.nodes) {
      if (calls === undefined) this.#times.expectedMs(fn);
      else this.#know(subchainOf(chain, calls));
    }
  }

  #criticalMs(chain: Chain): number {
    return Math.max(...bodyOf(chain).map((_, node) => this.#remainingMs(chain, node)));
  }

  #remainingMs(chain: Chain, node: number): number {
    const after = chain.nodes.flatMap((next, i) => next.after.includes(node) ? [i] : []);
    const least = Math.max(0, ...after.map((next) => this.#remainingMs(chain, next)));
    const { fn, calls } = chain.nodes[node]!;
    const own = calls === undefined ? this.#times.expectedMs(fn) : this.#criticalMs(subchainOf(chain, calls));
    return own + least;
  }
}

function judge({ of, node, failures }: Entry, outcome: MadeOutcome): Verdict {
  if (outcome.kind === "ok") return "ok";
  const { nodes, onFailed } = of.instance.chain;
  if (of.ending && (of.undone || node !== onFailed)) return "failed";
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
  return a.of.serial - b.of.serial || a.node - b.node || (a.item ?? 0) - (b.item ?? 0);
}

/** Compares item by item; if one list begins with the other, the shorter is first. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return a.length - b.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function fnOf({ of, node }: Entry): string {
  return of.instance.chain.nodes[node]!.fn.name;
}

/** Nothing waits there. */
function opened(name = "", rests = 0): Door {
  return { rests: new Map([[name, rests]]), restsUntilMs: -Infinity, askedUntilMs: -Infinity };
}

/** The key of a function on a platform. */
function doorOf(entry: Entry, platform = entry.platform ?? ""): string {
  return `${platform} ${fnOf(entry)}`;
}

/** Whether a function may run on a platform. */
function mayRunOn({ of, node }: Entry, platform: string): boolean {
  const { url, urls } = of.instance.chain.nodes[node]!.fn;
  return url === undefined && (urls === undefined || platform in urls);
}

function labelOf({ of }: Entry, label: string): string | undefined {
  return of.instance.labels[label];
}

function chainOf({ of }: Entry): string {
  return of.instance.chain.name;
}

/** Limits without records of none: whoever limits no value of a label limits nothing by it. */
function withoutEmpty(limits: unknown): unknown {
  if (typeof limits !== "object" || limits === null) return limits;
  const left = Object.entries(limits).map(([name, of]) => [name, withoutEmpty(of)]);
  const some = left.filter(([, of]) => of !== undefined);
  return some.length === 0 ? undefined : Object.fromEntries(some);
}
