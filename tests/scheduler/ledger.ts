import { assert, assertEquals } from "@std/assert";
import type { FunctionSpec, Instance, NodeRecord, NodeState, Pause } from "../../lib/model/mod.ts";
import {
  type Decision,
  type Ending,
  type FixedLimits,
  follow,
  type Invocation,
  type NodeCall,
  type Settlement,
  type SettlementHandlers,
} from "../../lib/scheduler/mod.ts";
import { limitOf } from "./limit_of.ts";

/** A node, or an item of its map. */
type Key = number | `${number}/${number}`;

function keyOf({ node, item }: NodeCall): Key {
  return item === undefined ? node : `${node}/${item}`;
}

function nodeOf(key: Key): number {
  return typeof key === "number" ? key : Number(key.split("/")[0]);
}

interface Account {
  readonly instance: Instance;
  readonly settled: Map<Key, NodeState>;
  readonly running: Set<Key>;
  readonly resumesAtMs: Map<Key, number>;
  readonly failures: Map<Key, number>;
  started: boolean;
  /** The nodes whose conditions said that they are to run. */
  readonly decided: Set<number>;
  cancelled: boolean;
  /** Another consumer holds it: nothing is undone here. */
  forgotten: boolean;
}

/** The facts that a scheduler's caller can see, kept to check that nothing is lost, started twice or started too soon. */
export class Ledger {
  limits: FixedLimits;
  pauses: readonly Pause[] = [];
  /** The number of times that each instance has ended, by id. */
  readonly endings = new Map<string, number>();
  /** Nodes that wait for a decision. */
  readonly undecided: (readonly [instance: string, node: number])[] = [];
  /** Calls that wait for the end of their chain. */
  readonly calls: (readonly [instance: string, call: NodeCall])[] = [];
  readonly #accounts = new Map<string, Account>();
  readonly #handlers: SettlementHandlers<Account> = {
    skipped: (nodes, { settled }) => nodes.forEach((node) => settled.set(node, "skipped")),
    mapped: (node, { settled }) => settled.set(node, "ok"),
    undecided: (nodes, { instance: { id } }) =>
      this.undecided.push(...nodes.map((node) => [id, node] as const)),
    ending: () => {}, // every change of it says so again
    calls: (calls, account) => {
      account.started = true;
      this.calls.push(...calls.map((call) => [account.instance.id, call] as const));
    },
    ended: (ending, account) => this.#close(account, ending),
  };
  /** Attempts in flight on each platform, if there are several. */
  readonly #onPlatform: Map<string, number>;

  constructor(limits: FixedLimits, platforms: readonly string[]) {
    this.limits = limits;
    this.#onPlatform = new Map(platforms.map((name) => [name, 0]));
  }

  get open(): string[] {
    return [...this.#accounts.keys()];
  }

  submitted(instance: Instance, progress: readonly NodeRecord[], settlement: Settlement): void {
    const states = progress.map(({ node, state }) => [node, state === "started" ? "failed" : state] as const);
    this.endings.set(instance.id, 0);
    this.#accounts.set(instance.id, {
      instance,
      settled: new Map(states),
      running: new Set(),
      resumesAtMs: new Map(),
      failures: new Map(),
      started: progress.length > 0 || instance.parent !== undefined,
      decided: new Set(),
      cancelled: false,
      forgotten: false,
    });
    this.#note(settlement);
  }

  isMap(id: string, node: number): boolean {
    const nodes = this.#accounts.get(id)?.instance.chain.nodes ?? [];
    return nodes[node]?.map !== undefined;
  }

  started({ instance, nodeIndex, item, platform }: Invocation): void {
    const account = this.#accounts.get(instance);
    assert(account, "an instance that has ended starts nothing");
    const { chain } = account.instance;
    const undoes = nodeIndex === chain.onFailed;
    assert(undoes === this.#isEnding(account), "an instance that is to end starts nothing but what undoes");
    assert(!undoes || !account.forgotten, "nothing is undone that is another's");
    const { after, fn, when, map, calls } = chain.nodes[nodeIndex]!;
    const mayRun = (when === undefined && map === undefined) || account.decided.has(nodeIndex);
    assert(mayRun, "nothing runs before its condition is known");
    assert((item === undefined) === (map === undefined) && calls === undefined, "maps run by item");
    const key = keyOf({ node: nodeIndex, ...item !== undefined && { item } });
    assert(!account.running.has(key), "a node is not started twice at once");
    assert(!account.settled.has(key) && !account.settled.has(nodeIndex), "a settled node is not started");
    assert(after.every((before) => account.settled.has(before)), "what is before a node is settled");
    assert(!this.#isPaused(account.instance, fn.name), "what is paused does not start");
    const failures = account.failures.get(key) ?? 0;
    assert(failures < fn.retry.attempts, "no more attempts than the function's");
    assert(failures === 0 || !fn.atMostOnce, "no second attempt of what runs at most once");
    account.resumesAtMs.delete(key);
    account.running.add(key);
    const items = [...account.running].filter((other) => nodeOf(other) === nodeIndex).length;
    assert(items <= (map?.concurrency ?? Infinity), "no more items at once than the map says");
    account.started = true;
    this.#place(fn, platform);
    this.#checkLimits(account.instance.chain.name, fn.name);
    assert(!this.#labelsAreFull(account.instance, 1), "the label's limit holds");
  }

  #place(fn: FunctionSpec, platform: string | undefined): void {
    const allowed = this.#platformsOf(fn);
    if (allowed.length === 0) return assertEquals(platform, undefined);
    assert(allowed.includes(platform!), "it is on a platform that it has a URL for");
    const running = this.#onPlatform.get(platform!)! + 1;
    this.#onPlatform.set(platform!, running);
    assert(running <= this.#platformLimit(platform!), "the platform's limit holds");
  }

  #platformsOf({ url, urls }: FunctionSpec): string[] {
    return [...this.#onPlatform.keys()].filter((name) =>
      url === undefined && (urls === undefined || name in urls)
    );
  }

  #platformLimit(name: string): number {
    return this.limits.platforms?.[name] ?? Infinity;
  }

  #platformsAreFull(fn: FunctionSpec): boolean {
    const allowed = this.#platformsOf(fn);
    return allowed.length > 0 &&
      allowed.every((name) => this.#onPlatform.get(name)! >= this.#platformLimit(name));
  }

  #checkLimits(chain: string, fn: string): void {
    const { global = Infinity, functions = {}, chains = {} } = this.limits;
    assert(this.#running() <= global, "the global limit holds");
    assert(this.#running({ fn }) <= limitOf(functions, fn), "the function's limit holds");
    assert(this.#running({ chain }) <= limitOf(chains, chain), "the chain's limit holds");
  }

  settled({ nodeIndex, item, platform }: Invocation, settlement: Settlement, nowMs: number): void {
    const account = this.#accounts.get(settlement.instance.id)!;
    const key = keyOf({ node: nodeIndex, ...item !== undefined && { item } });
    account.running.delete(key);
    if (platform !== undefined) this.#onPlatform.set(platform, this.#onPlatform.get(platform)! - 1);
    const { verdict, retryAtMs } = settlement;
    if (verdict === "retry") {
      assert(retryAtMs! > nowMs, "a delay ends after now");
      account.resumesAtMs.set(key, retryAtMs!);
      account.failures.set(key, (account.failures.get(key) ?? 0) + 1);
    } else if (verdict === "throttled") assert((retryAtMs ?? Infinity) > nowMs, "a rest ends after now");
    else {
      assert(verdict !== "unserved", "somebody serves all functions here");
      account.settled.set(key, verdict!);
    }
    this.#note(settlement);
  }

  /** A chain that was called has ended. */
  returned(call: NodeCall, state: NodeState, settlement: Settlement): void {
    this.#accounts.get(settlement.instance.id)!.settled.set(keyOf(call), state);
    this.#note(settlement);
  }

  /** An instance was shed before anything of it was started, or has come to a limit of its time. */
  ended(settlement: Settlement): void {
    const { id, deadlineMs, chain } = settlement.instance;
    const account = this.#accounts.get(id)!;
    const { reason = "", shed } = settlement.ended ?? settlement.ending!;
    if (shed || reason.startsWith("ttl")) assert(!account.started, "what has started goes on");
    if (shed) assert(deadlineMs < Infinity, "what has no deadline is not shed");
    else assert(chain.ttlMs !== undefined || chain.timeLimitMs !== undefined, "nothing else ends it");
    account.cancelled = true;
    this.#note(settlement);
  }

  decided(node: number, decision: Decision, settlement: Settlement): void {
    const account = this.#accounts.get(settlement.instance.id)!;
    assert(!account.settled.has(node), "nobody asks about what has settled");
    if (decision.kind === "run" || decision.kind === "map") account.decided.add(node);
    else account.settled.set(node, decision.kind === "skip" ? "skipped" : "failed");
    if (decision.kind === "map") {
      for (const item of decision.done ?? []) account.settled.set(keyOf({ node, item }), "ok");
    }
    this.#note(settlement);
  }

  forgotten(settlement: Settlement): void {
    const account = this.#accounts.get(settlement.instance.id)!;
    account.cancelled = account.forgotten = true;
    this.#note(settlement);
  }

  cancelled(settlement: Settlement): void {
    this.#accounts.get(settlement.instance.id)!.cancelled = true;
    this.#note(settlement);
  }

  #note(settlement: Settlement): void {
    follow(settlement, this.#handlers, this.#accounts.get(settlement.instance.id)!);
  }

  #close(
    { instance: { id, chain: { nodes, onFailed } }, running, settled, started, forgotten }: Account,
    { outcome }: Ending,
  ): void {
    assertEquals(running.size, 0, "an instance ends with the last of its attempts");
    const ends = [...settled.keys()].filter((key) => typeof key === "number");
    if (outcome === "completed") assertEquals(ends.length, onFailed ?? nodes.length);
    else if (onFailed !== undefined && started && !forgotten) assert(settled.has(onFailed), "it was undone");
    this.#accounts.delete(id);
    this.endings.set(id, this.endings.get(id)! + 1);
  }

  /** After the scheduler has said that nothing may start. */
  nothingStarts(nowMs: number): void {
    const { global = Infinity, functions = {}, chains = {} } = this.limits;
    if (this.#running() >= global) return;
    for (const account of this.#accounts.values()) {
      const { chain } = account.instance;
      if (this.#isEnding(account)) continue;
      if (this.#running({ chain: chain.name }) >= limitOf(chains, chain.name)) continue;
      if (this.#labelsAreFull(account.instance)) continue;
      for (const [i, { fn, after, when, map, calls }] of chain.nodes.entries()) {
        if (i === chain.onFailed || map !== undefined || calls !== undefined) continue;
        if (when !== undefined && !account.decided.has(i)) continue;
        if (account.failures.has(i)) continue; // it may wait for the budget
        const isWaiting = !account.settled.has(i) && !account.running.has(i) &&
          after.every((before) => account.settled.has(before)) &&
          (account.resumesAtMs.get(i) ?? 0) <= nowMs;
        const isShut = this.#isPaused(account.instance, fn.name) ||
          this.#running({ fn: fn.name }) >= limitOf(functions, fn.name) ||
          this.#platformsAreFull(fn);
        assert(!isWaiting || isShut, "nothing waits that might run");
      }
    }
  }

  /** Whether a label of an instance has as much running as it may. */
  #labelsAreFull({ labels }: Instance, more = 0): boolean {
    return Object.entries(this.limits.labels ?? {}).some(([label, limit]) => {
      const same = [...this.#accounts.values()].filter(({ instance }) =>
        instance.labels[label] === labels[label]
      );
      const running = same.reduce((sum, account) => sum + account.running.size, 0);
      const value = labels[label];
      if (value === undefined) return false;
      return running >= limitOf(limit, value) + more;
    });
  }

  #isPaused({ chain, labels }: Instance, fn: string): boolean {
    return this.pauses.some((pause) =>
      (pause.chain ?? chain.name) === chain.name && (pause.function ?? fn) === fn &&
      (pause.label === undefined || labels[pause.label.name] === pause.label.value)
    );
  }

  #isEnding({ cancelled, settled, instance }: Account): boolean {
    const ends = (key: Key) => instance.chain.nodes[nodeOf(key)]!.onFailure === "fail";
    return cancelled || [...settled].some(([key, state]) => state === "failed" && ends(key));
  }

  #running(of: { chain?: string; fn?: string } = {}): number {
    let count = 0;
    for (const { instance: { chain }, running } of this.#accounts.values()) {
      if ((of.chain ?? chain.name) !== chain.name) continue;
      for (const key of running) {
        const { name } = chain.nodes[nodeOf(key)]!.fn;
        if ((of.fn ?? name) === name) count++;
      }
    }
    return count;
  }
}
