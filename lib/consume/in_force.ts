import { byValueText } from "../model/mod.ts";
import { DEFAULT_POLICY, type Policy, PolicyError, policyOf } from "../policies/mod.ts";
import {
  type ConsumerRecord,
  type PolicySetting,
  type QueueDriver,
  QueueError,
  type Settings,
} from "../queue/mod.ts";
import type { Scheduler } from "../scheduler/mod.ts";
import type { DividedLimits, SetLimits } from "./divided_limits.ts";
import { GuardedPolicy } from "./guarded_policy.ts";

/**
 * Makes the policy that the queue has set for all consumers.
 *
 * @throws {PolicyError} `not-allowed` if this consumer may not run it; another one if nobody can
 */
export type PolicyMaker = (setting: PolicySetting) => Promise<Policy>;

/** The parts that settings of a queue are put in force with. */
export interface InForceOptions {
  readonly queue: QueueDriver;
  readonly scheduler: Scheduler;
  readonly limits: DividedLimits;
  /** The name of the scheduler's own policy. */
  readonly policyName: string;
  readonly makePolicy?: PolicyMaker | undefined;
  /** Called with what is in force from now on, in words. */
  readonly onChange: (words: string) => void;
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
  #heard: Settings | undefined;
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

  /** The revision of the queue's settings that it has taken in, and the error of what it cannot apply. */
  get settings(): NonNullable<ConsumerRecord["settings"]> {
    const errors = [this.#policyError, this.#limitError].filter((error) => error !== undefined);
    return { revision: this.#revision, ...errors.length > 0 && { error: errors.join("; ") } };
  }

  /** Puts settings in force: pauses and limits at once, a policy as soon as it is loaded. Only the latest ones count. */
  async heed(settings: Settings): Promise<void> {
    this.#options.scheduler.setPauses(settings.pauses);
    this.#setLimits(settings);
    this.#heard = settings;
    await (this.#working ??= this.#setPolicies().finally(() => this.#working = undefined));
  }

  async #setPolicies(): Promise<void> {
    while (this.#heard !== undefined) {
      const { policy, revision } = this.#heard;
      this.#heard = undefined;
      await this.#setPolicy(policy);
      this.#revision = revision;
    }
  }

  #setLimits(settings: Settings): void {
    const set = limitsIn(settings), names = namesOf(set), before = this.#limits;
    const changed = KINDS.filter((kind) => names[kind] !== before[kind]);
    if (changed.length === 0) return;
    const { limits, onChange, onRefused } = this.#options;
    try {
      limits.set(set);
      this.#limitError = undefined;
      const own = namesOf(limits.own);
      for (const kind of changed) onChange(changeWords(kind, names[kind], own[kind] || undefined));
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
      onChange(`The policy ${this.#own.name} is in force again: the queue sets none`);
      return this.#apply(this.#own, LAST_RESORT);
    }
    const { id, name } = setting;
    try {
      const policy = await makePolicy(setting);
      onChange(`The queue's policy ${name} is in force, not ${this.#own.name}`);
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

/** The limits that some settings set. */
function limitsIn({ limit: global, limitFixed, ceilings, floors }: Settings): SetLimits {
  return {
    ...global !== undefined && { global, fixed: limitFixed === true },
    ...ceilings !== undefined && NO_CEILINGS,
    ...ceilings,
    ...floors !== undefined && { floors },
  };
}

/** Ceilings are set all together. */
const NO_CEILINGS = { functions: {}, chains: {}, labels: {} };

const KINDS = ["limit", "ceilings", "floors"] as const;
/** Limits as they are written on the command line; those that are left out are not set. */
type LimitNames = { readonly [kind in typeof KINDS[number]]?: string };

function namesOf({ global, fixed = false, functions, chains, labels, floors }: SetLimits): LimitNames {
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
  if (set !== undefined) return `The queue's ${kind} ${set} ${be} in force, not ${own}`;
  return own === "none"
    ? `The queue sets no ${kind} any more`
    : `The ${kind} ${own} ${be} in force again: the queue sets none`;
}

/** Knows only the policies that come with Sequoia. */
const ownMaker: PolicyMaker = ({ name }) => Promise.resolve().then(() => policyOf(name));
