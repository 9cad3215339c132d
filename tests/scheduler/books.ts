import { assert, assertEquals } from "@std/assert";
import type { Instance, NodeRecord, NodeState } from "../../lib/model/mod.ts";
import type { Decision, FixedLimits, Invocation, Settlement } from "../../lib/scheduler/mod.ts";

interface Account {
  readonly instance: Instance;
  readonly settled: Map<number, NodeState>;
  readonly running: Set<number>;
  readonly resumesAtMs: Map<number, number>;
  readonly failures: Map<number, number>;
  started: boolean;
  /** The nodes whose conditions said that they are to run. */
  readonly decided: Set<number>;
  cancelled: boolean;
}

/** What a scheduler's caller can see, kept to check that nothing is lost, started twice or started too soon. */
export class Books {
  limits: FixedLimits;
  /** How often each instance has ended, by id. */
  readonly endings = new Map<string, number>();
  readonly #accounts = new Map<string, Account>();
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
      started: progress.length > 0,
      decided: new Set(),
      cancelled: false,
    });
    this.#note(settlement);
  }

  started({ instance, nodeIndex, platform }: Invocation): void {
    const account = this.#accounts.get(instance);
    assert(account, "an instance that has ended starts nothing");
    const { chain } = account.instance;
    const undoes = nodeIndex === chain.onFailed;
    assert(undoes === this.#isEnding(account), "an instance that is to end starts nothing but what undoes");
    const mayRun = chain.nodes[nodeIndex]!.when === undefined || account.decided.has(nodeIndex);
    assert(mayRun, "nothing runs before its condition is known");
    assert(!account.running.has(nodeIndex), "a node is not started twice at once");
    assert(!account.settled.has(nodeIndex), "a settled node is not started");
    const { after, fn } = account.instance.chain.nodes[nodeIndex]!;
    assert(after.every((before) => account.settled.has(before)), "what is before a node is settled");
    const failures = account.failures.get(nodeIndex) ?? 0;
    assert(failures < fn.retry.attempts, "no more attempts than the function's");
    assert(failures === 0 || !fn.atMostOnce, "no second attempt of what runs at most once");
    account.resumesAtMs.delete(nodeIndex);
    account.running.add(nodeIndex);
    account.started = true;
    this.#place(fn.url, platform);
    this.#checkLimits(account.instance.chain.name, fn.name);
    assert(!this.#labelsAreFull(account.instance, 1), "the label's limit holds");
  }

  #place(url: string | undefined, platform: string | undefined): void {
    if (url !== undefined || this.#onPlatform.size === 0) return assertEquals(platform, undefined);
    const running = this.#onPlatform.get(platform!)! + 1;
    this.#onPlatform.set(platform!, running);
    assert(running <= this.#platformLimit(platform!), "the platform's limit holds");
  }

  #platformLimit(name: string): number {
    return this.limits.platforms?.[name] ?? Infinity;
  }

  #platformsAreFull(): boolean {
    return this.#onPlatform.size > 0 &&
      [...this.#onPlatform].every(([name, running]) => running >= this.#platformLimit(name));
  }

  #checkLimits(chain: string, fn: string): void {
    const { global = Infinity, functions = {}, chains = {} } = this.limits;
    assert(this.#running() <= global, "the global limit holds");
    assert(this.#running({ fn }) <= (functions[fn] ?? Infinity), "the function's limit holds");
    assert(this.#running({ chain }) <= (chains[chain] ?? Infinity), "the chain's limit holds");
  }

  settled({ nodeIndex, platform }: Invocation, settlement: Settlement, nowMs: number): void {
    const account = this.#accounts.get(settlement.instance.id)!;
    account.running.delete(nodeIndex);
    if (platform !== undefined) this.#onPlatform.set(platform, this.#onPlatform.get(platform)! - 1);
    const { verdict, retryAtMs } = settlement;
    if (verdict === "retry" || verdict === "throttled") {
      assert(retryAtMs! > nowMs, "a delay ends after now");
      account.resumesAtMs.set(nodeIndex, retryAtMs!);
      if (verdict === "retry") {
        account.failures.set(nodeIndex, (account.failures.get(nodeIndex) ?? 0) + 1);
      }
    } else {
      account.settled.set(nodeIndex, verdict!);
    }
    this.#note(settlement);
  }

  /** An instance was shed before anything of it was started. */
  refused(settlement: Settlement): void {
    const { id, deadlineMs } = settlement.instance;
    const { started } = this.#accounts.get(id)!;
    assert(!started, "what has started is not shed");
    assert(deadlineMs < Infinity, "what has no deadline is not shed");
    assert(settlement.ended?.shed, "what is shed has ended");
    this.#note(settlement);
  }

  decided(node: number, decision: Decision, settlement: Settlement): void {
    const account = this.#accounts.get(settlement.instance.id)!;
    assert(!account.settled.has(node), "nobody asks about what has settled");
    if (decision.kind === "run") account.decided.add(node);
    else account.settled.set(node, decision.kind === "skip" ? "skipped" : "failed");
    this.#note(settlement);
  }

  cancelled(settlement: Settlement): void {
    this.#accounts.get(settlement.instance.id)!.cancelled = true;
    this.#note(settlement);
  }

  #note({ instance, skipped, ended }: Settlement): void {
    const account = this.#accounts.get(instance.id)!;
    for (const node of skipped) account.settled.set(node, "skipped");
    if (ended === undefined) return;
    assertEquals(account.running.size, 0, "an instance ends with the last of its attempts");
    const { nodes, onFailed } = instance.chain;
    if (ended.outcome === "completed") assertEquals(account.settled.size, onFailed ?? nodes.length);
    else if (onFailed !== undefined && account.started) {
      assert(account.settled.has(onFailed), "it was undone");
    }
    this.#accounts.delete(instance.id);
    this.endings.set(instance.id, this.endings.get(instance.id)! + 1);
  }

  /** After the scheduler has said that nothing may start. */
  nothingStarts(nowMs: number): void {
    const { global = Infinity, functions = {}, chains = {} } = this.limits;
    if (this.#running() >= global) return;
    for (const account of this.#accounts.values()) {
      const { chain } = account.instance;
      if (this.#isEnding(account)) continue;
      if (this.#running({ chain: chain.name }) >= (chains[chain.name] ?? Infinity)) continue;
      if (this.#labelsAreFull(account.instance)) continue;
      for (const [i, { fn, after }] of chain.nodes.entries()) {
        if (i === chain.onFailed || (chain.nodes[i]!.when !== undefined && !account.decided.has(i))) continue;
        const isWaiting = !account.settled.has(i) && !account.running.has(i) &&
          after.every((before) => account.settled.has(before)) &&
          (account.resumesAtMs.get(i) ?? 0) <= nowMs;
        const isShut = this.#running({ fn: fn.name }) >= (functions[fn.name] ?? Infinity) ||
          (fn.url === undefined && this.#platformsAreFull());
        assert(!isWaiting || isShut, "nothing waits that might run");
      }
    }
  }

  /** Whether a label of an instance has as much running as it may. */
  #labelsAreFull({ labels }: Instance, more = 0): boolean {
    return Object.entries(this.limits.labels ?? {}).some(([label, max]) => {
      const same = [...this.#accounts.values()].filter(({ instance }) =>
        instance.labels[label] === labels[label]
      );
      const running = same.reduce((sum, account) => sum + account.running.size, 0);
      return labels[label] !== undefined && running >= max + more;
    });
  }

  #isEnding({ cancelled, settled, instance }: Account): boolean {
    return cancelled ||
      [...settled].some(([i, state]) => state === "failed" && instance.chain.nodes[i]!.onFailure === "fail");
  }

  #running(of: { chain?: string; fn?: string } = {}): number {
    let count = 0;
    for (const { instance: { chain }, running } of this.#accounts.values()) {
      if ((of.chain ?? chain.name) !== chain.name) continue;
      for (const i of running) if ((of.fn ?? chain.nodes[i]!.fn.name) === chain.nodes[i]!.fn.name) count++;
    }
    return count;
  }
}
