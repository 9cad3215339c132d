/**
 * The rules of other systems for whose call is next, written from their published descriptions; where these leave something
 * open, the docstring says what is done here.
 */
import type { Call, Dispatcher, Job } from "./world.ts";

/** A tenant that has had a call. */
interface Tenant {
  readonly name: string;
  weight: number;
  /** Its calls that are ready, the first one first; `order` counts all calls as they became ready. */
  readonly waiting: { readonly call: Call; readonly order: number }[];
  running: number;
}

/** Returns whose call is next; of one tenant, the one that became ready first goes first. */
export interface Rule {
  /** Chooses among the tenants that have calls waiting. */
  choose(waiting: readonly Tenant[], nowMs: number): Tenant;
  /** A tenant that had none has a call waiting. */
  wake?(tenant: Tenant): void;
  start?(tenant: Tenant, nowMs: number): void;
  end?(tenant: Tenant, ranMs: number, nowMs: number): void;
}

/** Starts calls by a rule, while slots are free. */
export class RuleDispatcher implements Dispatcher {
  readonly #rule: Rule;
  readonly #tenants = new Map<string, Tenant>();
  readonly #waiting = new Set<Tenant>();
  readonly #startedAtMs = new Map<Job, number>();
  #free: number;
  #order = 0;

  constructor(rule: Rule, slots: number) {
    this.#rule = rule;
    this.#free = slots;
  }

  submit(job: Job): void {
    this.#wait({ job, index: 0 });
  }

  next(nowMs: number): Call | undefined {
    if (this.#free === 0) return undefined;
    if (this.#waiting.size === 0) return undefined;
    const tenant = this.#rule.choose([...this.#waiting], nowMs), { call } = tenant.waiting.shift()!;
    if (tenant.waiting.length === 0) this.#waiting.delete(tenant);
    this.#free--;
    this.#rule.start?.(tenant, nowMs);
    tenant.running++;
    this.#startedAtMs.set(call.job, nowMs);
    return call;
  }

  settle({ job, index }: Call, nowMs: number): void {
    const tenant = this.#tenants.get(job.tenant)!;
    this.#free++;
    this.#rule.end?.(tenant, nowMs - this.#startedAtMs.get(job)!, nowMs);
    tenant.running--;
    if (index + 1 < job.callsMs.length) this.#wait({ job, index: index + 1 });
  }

  #wait(call: Call): void {
    const { tenant: name, weight } = call.job;
    let tenant = this.#tenants.get(name);
    if (tenant === undefined) this.#tenants.set(name, tenant = { name, weight, waiting: [], running: 0 });
    if (tenant.waiting.push({ call, order: this.#order++ }) > 1) return;
    this.#waiting.add(tenant);
    this.#rule.wake?.(tenant);
  }
}

/** The one with the least of something; of equals, the one whose first call has waited for longest. */
function least(tenants: readonly Tenant[], of: (tenant: Tenant) => number): Tenant {
  return tenants.reduce((best, tenant) => {
    const difference = of(tenant) - of(best);
    return difference < 0 || difference === 0 && orderOf(tenant) < orderOf(best) ? tenant : best;
  });
}

const orderOf = ({ waiting }: Tenant) => waiting[0]!.order;

/** First come, first served. */
export const firstCome = (): Rule => ({ choose: (waiting) => least(waiting, orderOf) });

/**
 * Round robin over keys, by calls: Hatchet's `GROUP_ROUND_ROBIN`, and with weights Temporal's fairness keys (of one partition),
 * which dispatches in proportion to them. A key that comes back joins the present round.
 */
export const roundRobin = (hasWeights: boolean): Rule =>
  virtualTime((tenant) => 1 / (hasWeights ? tenant.weight : 1));

/**
 * Start-time fair queueing over queues, as MQFQ and MQFQ-Sticky: a queue is charged the average run time of its calls when one
 * starts, and comes back from idleness at the least virtual time of the others. Without their allowance for locality (T = 0), as
 * no call here runs faster for being near another.
 */
export function startTimeFair(): Rule {
  const times = new Map<Tenant, { sumMs: number; count: number }>();
  const rule = virtualTime((tenant) => {
    const { sumMs, count } = times.get(tenant) ?? { sumMs: 1, count: 1 };
    return sumMs / count / tenant.weight;
  });
  return {
    ...rule,
    end(tenant, ranMs) {
      const { sumMs, count } = times.get(tenant) ?? { sumMs: 0, count: 0 };
      times.set(tenant, { sumMs: sumMs + ranMs, count: count + 1 });
    },
  };
}

/** The tenant of the least virtual time, which grows by a charge with each start. */
function virtualTime(charge: (tenant: Tenant) => number): Rule {
  const times = new Map<Tenant, number>();
  let now = 0;
  return {
    wake: (tenant) => void times.set(tenant, Math.max(now, times.get(tenant) ?? 0)),
    choose: (waiting) => least(waiting, (tenant) => times.get(tenant)!),
    start(tenant) {
      now = Math.max(now, times.get(tenant)!);
      times.set(tenant, times.get(tenant)! + charge(tenant));
    },
  };
}

/** The tenant that uses the least now for its weight: Kueue's fair sharing, which admits the lowest share first; without eviction. */
export const leastInUse = (): Rule => ({
  choose: (waiting) => least(waiting, ({ running, weight }) => running / weight),
});

/** "Recent" processing time is not defined: here, the last minute or so counts. */
const RECENT_MS = 60_000;

/**
 * SQS fair queues: a tenant is noisy with more than 10 % of what is in flight and at least 30 calls of its own, or with more
 * than 10 % of the recent processing time. Quiet tenants go first, in order; of noisy ones, the one with the fewest in flight.
 */
export function quietFirst(): Rule {
  const busy = new Map<Tenant, { ms: number; atMs: number }>();
  const busyMs = (tenant: Tenant, nowMs: number): number => {
    const { ms, atMs } = busy.get(tenant) ?? { ms: 0, atMs: nowMs };
    const kept = Math.exp((atMs - nowMs) / RECENT_MS);
    const now = ms * kept + tenant.running * RECENT_MS * (1 - kept);
    busy.set(tenant, { ms: now, atMs: nowMs });
    return now;
  };
  const isNoisy = (tenant: Tenant, nowMs: number): boolean => {
    const all = [...busy.keys()], running = all.reduce((sum, other) => sum + other.running, 0);
    if (tenant.running >= 30 && tenant.running > running / 10) return true;
    const total = all.reduce((sum, other) => sum + busyMs(other, nowMs), 0);
    return total > 0 && busyMs(tenant, nowMs) > total / 10;
  };
  return {
    choose(waiting, nowMs) {
      const quiet = waiting.filter((tenant) => !isNoisy(tenant, nowMs));
      return quiet.length > 0 ? least(quiet, orderOf) : least(waiting, ({ running }) => running);
    },
    start: (tenant, nowMs) => void busyMs(tenant, nowMs),
    end: (tenant, _ranMs, nowMs) => void busyMs(tenant, nowMs),
  };
}

/** The lengths of the queues are not given: here, the first holds a second of service, and each next one twice as much. */
const FIRST_QUEUE_MS = 1000;

/**
 * Autellix' order of programs (each is a tenant here): queues by the service that the program has received; the first queue that
 * is not empty goes first, and in it the call that has waited for longest. Without its preemption.
 */
export function attainedLevels(): Rule {
  const attainedMs = new Map<Tenant, number>();
  const queueOf = (tenant: Tenant) =>
    Math.max(0, Math.floor(Math.log2((attainedMs.get(tenant) ?? 0) / FIRST_QUEUE_MS)) + 1);
  return {
    choose: (waiting) => least(waiting, queueOf),
    end: (tenant, ranMs) => void attainedMs.set(tenant, (attainedMs.get(tenant) ?? 0) + ranMs),
  };
}

/** The depth of a bucket is not given: here, what comes in ten seconds. */
const BUCKET_S = 10;

/**
 * BWFQ: a bucket of tokens per tenant, which fills at the tenant's base rate and pays one token per call; the tenant with the
 * most tokens goes first. Where nobody has any, that holds for what they owe: the work goes on.
 *
 * @param callsPerS how many calls all tenants together may make, which their base rates divide equally
 */
export function tokenBuckets(callsPerS: number, tenants: number): Rule {
  const ratePerS = callsPerS / tenants, most = ratePerS * BUCKET_S;
  const buckets = new Map<Tenant, { tokens: number; atMs: number }>();
  const tokens = (tenant: Tenant, nowMs: number): number => {
    const { tokens, atMs } = buckets.get(tenant) ?? { tokens: most, atMs: nowMs };
    const now = Math.min(most, tokens + (nowMs - atMs) / 1000 * ratePerS);
    buckets.set(tenant, { tokens: now, atMs: nowMs });
    return now;
  };
  return {
    choose: (waiting, nowMs) => least(waiting, (tenant) => -tokens(tenant, nowMs)),
    start: (tenant, nowMs) =>
      void buckets.set(tenant, { tokens: Math.max(-most, tokens(tenant, nowMs) - 1), atMs: nowMs }),
  };
}
