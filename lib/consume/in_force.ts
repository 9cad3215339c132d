import type { SettingEvent } from "../record/mod.ts";
import { byValueText, type Pause, pauseName } from "../model/mod.ts";
import { DEFAULT_POLICY, type Policy, PolicyError, policyOf } from "../policies/mod.ts";
import {
  type ConsumerRecord,
  limitsSet,
  type PolicySetting,
  type QueueDriver,
  QueueError,
  type Settings,
} from "../queue/mod.ts";
import type { Limits, Scheduler } from "../scheduler/mod.ts";
import type { DividedLimits } from "./divided_limits.ts";
import { GuardedPolicy } from "./guarded_policy.ts";

/**
 * Makes the policy that the queue has set for all consumers.
 *
 * @throws {PolicyError} `not-allowed` if this consumer may not run it; another one if nobody can
 */
export type PolicyMaker = (setting: PolicySetting) => Promise<Policy>;

/** A setting that has changed. */
export interface SettingChange {
  readonly setting: "policy" | keyof LimitNames;
  /** The value in force, as on the command line; undefined: none is. */
  readonly value: string | undefined;
}

/** The pauses of a queue that are new, and those that are over. */
export interface PauseChange {
  readonly paused: readonly Pause[];
  readonly resumed: readonly Pause[];
}

/** The parts that settings of a queue are put in force with. */
export interface InForceOptions {
  readonly queue: QueueDriver;
  readonly scheduler: Scheduler;
  readonly limits: DividedLimits;
  /** The name of the scheduler's own policy. */
  readonly policyName: string;
  readonly makePolicy?: PolicyMaker | undefined;
  /** Called with each change of what is in force, also where a policy that has failed is replaced. */
  readonly record: (change: Omit<SettingEvent, "atMs">) => void;
  /** Called with what is in force from now on, in words. */
  readonly onChange: (words: string, change: SettingChange) => void;
  /** Called when the queue pauses something, or no more. */
  readonly onPauses: (change: PauseChange) => void;
  /** Called when something of the settings cannot be in force here, or a policy has failed. */
  readonly onRefused: (error: Error) => void;
  /** The host and process, for others who ask where a policy has failed. */
  readonly where: string;
  /** Called when the consumer cannot go on. */
  readonly onFault: (error: unknown) => void;
}

/** A policy, and where it comes from. */
interface Choice {
  /** As on the command line. */
  readonly name: string;
  readonly policy: Policy;
  /** That of the setting; undefined: the consumer's own. */
  readonly id?: string;
}

/** The policy of a consumer whose own policy has failed when there was no other. */
const LAST_RESORT: Choice = { name: DEFAULT_POLICY, policy: policyOf(DEFAULT_POLICY) };

/**
 * The settings that a consumer applies: those of the queue, and for all others those it was started with. A policy that fails
 * while it is in force is replaced at once by the last good one.
 */
export class InForce {
  readonly #options: InForceOptions;
  #own: Choice;
  #current: Choice;
  /** The one that was in force before, and is good. */
  #former: Choice = LAST_RESORT;
  #guard: GuardedPolicy;
  /** The queue's limits, in words. */
  #limits: LimitNames = {};
  /** The latest settings, unless their policy is in force or being loaded. */
  #latest: Settings | undefined;
  #settings: Settings = { revision: 0, pauses: [] };
  #revision = 0;
  #working: Promise<void> | undefined;
  #policyError: string | undefined;
  #limitError: string | undefined;

  constructor(options: InForceOptions) {
    this.#options = options;
    const { scheduler, policyName: name } = options;
    this.#own = this.#current = { name, policy: scheduler.policy };
    this.#guard = this.#guarded(this.#own);
  }

  /** The name of the policy. */
  get policyName(): string {
    return this.#current.name;
  }

  /** The queue's settings that came last; without their policy if that is not in force here. */
  get ofQueue(): Settings {
    const { policy, ...others } = this.#settings;
    return { ...others, ...policy !== undefined && policy.id === this.#current.id && { policy } };
  }

  /** The revision of the queue's settings that it has taken in, and the error of what it cannot apply. */
  get settings(): NonNullable<ConsumerRecord["settings"]> {
    const errors = [this.#policyError, this.#limitError].filter((error) => error !== undefined);
    return { revision: this.#revision, ...errors.length > 0 && { error: errors.join("; ") } };
  }

  /** Puts settings in force: pauses and limits at once, a policy as soon as it is loaded. Only the latest ones count. */
  async apply(settings: Settings): Promise<void> {
    const { pauses: before } = this.#settings, { pauses } = settings;
    this.#settings = settings;
    this.#options.scheduler.setPauses(pauses);
    const paused = without(pauses, before), resumed = without(before, pauses);
    if (paused.length + resumed.length > 0) this.#options.onPauses({ paused, resumed });
    for (const pause of paused) this.#options.record({ setting: "paused", value: pauseName(pause) });
    for (const pause of resumed) this.#options.record({ setting: "resumed", value: pauseName(pause) });
    this.#setLimits(settings);
    this.#latest = settings;
    await (this.#working ??= this.#setPolicies().finally(() => this.#working = undefined));
  }

  async #setPolicies(): Promise<void> {
    while (this.#latest !== undefined) {
      const { policy, revision } = this.#latest;
      this.#latest = undefined;
      await this.#setPolicy(policy);
      this.#revision = revision;
    }
  }

  #setLimits(settings: Settings): void {
    const set = limitsSet(settings), names = namesOf(set), before = this.#limits;
    const changed = KINDS.filter((kind) => names[kind] !== before[kind]);
    if (changed.length === 0) return;
    const { limits, record, onChange, onRefused } = this.#options;
    try {
      limits.set(set);
      this.#limitError = undefined;
      const own = namesOf(limits.own);
      for (const kind of changed) {
        const value = names[kind] ?? (own[kind] || undefined);
        record({ setting: kind, ...value !== undefined && { value } });
        onChange(changeWords(kind, names[kind], own[kind] || undefined), { setting: kind, value });
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#limitError = error.message;
      onRefused(error);
    }
    this.#limits = names;
  }

  async #setPolicy(setting: PolicySetting | undefined): Promise<void> {
    if (setting?.id === this.#current.id) return;
    const { makePolicy = ownMaker, onChange, onRefused } = this.#options;
    this.#policyError = undefined;
    if (setting === undefined) {
      const { name: value } = this.#own;
      onChange(`The policy ${value} is in force again: the queue sets none`, { setting: "policy", value });
      return this.#apply(this.#own, LAST_RESORT);
    }
    const { id, name } = setting;
    try {
      const policy = await makePolicy(setting);
      const change = { setting: "policy", value: name } as const;
      onChange(`The queue's policy ${name} is in force, not ${this.#own.name}`, change);
      this.#apply({ name, policy, id }, this.#current);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#policyError = error.message;
      onRefused(error);
      if (!(error instanceof PolicyError && error.code === "not-allowed")) {
        this.#tellFailed(id, error.message);
      }
    }
  }

  #apply(choice: Choice, former: Choice): void {
    this.#former = former;
    this.#current = choice;
    this.#options.record({ setting: "policy", value: choice.name });
    this.#guard = this.#guarded(choice);
    this.lookAfter();
  }

  #guarded({ policy }: Choice): GuardedPolicy {
    const guard = new GuardedPolicy(policy);
    this.#options.scheduler.setPolicy(guard.policy);
    return guard;
  }

  /** Puts the last good policy back if the one in force has failed. @returns whether it has */
  lookAfter(): boolean {
    const { failure } = this.#guard;
    if (failure === undefined) return false;
    const { onRefused } = this.#options;
    const failed = this.#current, next = this.#former;
    if (failed === this.#own) this.#own = LAST_RESORT;
    const error = new PolicyError(failure.code, `${failure.message}. Going on under ${next.name}`, {
      cause: failure.cause ?? failure,
    });
    this.#policyError = error.message;
    onRefused(error);
    if (failed.id !== undefined) this.#tellFailed(failed.id, failure.message);
    this.#apply(next, LAST_RESORT);
    return true;
  }

  /** Tells the queue of a policy that nobody is to go on with. That it cannot be told is no reason to end. */
  #tellFailed(id: string, reason: string): void {
    const { queue, where: by, onFault } = this.#options;
    queue.request({ kind: "policy-failed", id, reason, by }).catch((error) => {
      if (!(error instanceof QueueError)) onFault(error);
    });
  }
}

/** The pauses that are not among others. */
function without(pauses: readonly Pause[], others: readonly Pause[]): Pause[] {
  const names = new Set(others.map(pauseName));
  return pauses.filter((pause) => !names.has(pauseName(pause)));
}

const KINDS = ["limit", "ceilings", "floors"] as const;
/** Limits as they are written on the command line; those that are left out are not set. */
type LimitNames = { readonly [kind in typeof KINDS[number]]?: string };

function namesOf({ global, fixed = false, functions, chains, labels, floors }: Limits): LimitNames {
  const areSet = (functions ?? chains ?? labels) !== undefined;
  return {
    ...global !== undefined && { limit: fixed ? `${global},fixed` : String(global) },
    ...areSet &&
      {
        ceilings: byValueText({ functions, chains, labels }),
      },
    ...floors !== undefined && { floors: byValueText(floors) },
  };
}

function changeWords(kind: keyof LimitNames, set: string | undefined, own = "none"): string {
  const be = kind === "limit" ? "is" : "are";
  if (set === own) return `The queue's ${kind} ${set} ${be} in force, the same as the consumer's own`;
  if (set !== undefined) return `The queue's ${kind} ${set} ${be} in force, not ${own}`;
  return own === "none"
    ? `The queue sets no ${kind} any more`
    : `The ${kind} ${own} ${be} in force again: the queue sets none`;
}

/** Knows only the policies that come with Sequoia. */
const ownMaker: PolicyMaker = ({ name }) => Promise.resolve().then(() => policyOf(name));
