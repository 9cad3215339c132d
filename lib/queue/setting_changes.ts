import type { ByValue, Pause } from "../model/mod.ts";
import type { Command, Order } from "./queue.ts";
import type { PolicySetting, Settings } from "./settings.ts";

/** A policy that consumers cannot go by. */
interface Failure {
  /** The id of the policy. */
  readonly id: string;
  readonly reason: string;
  readonly by: string;
}

/**
 * The entries that a queue keeps of settings, by name. `former` is the policy that was in force before `policy`, and is in force again once that
 * has failed; a failure is kept beside the policy, so that writers who do not know of each other cannot undo each other's words.
 */
export interface SettingEntries {
  readonly policy?: PolicySetting;
  readonly former?: PolicySetting;
  readonly failure?: Failure;
  readonly limit?: number | "auto";
  /** An entry of its own: programs that do not know it take the limit for a ceiling. */
  readonly limitFixed?: true;
  readonly ceilings?: ByValue;
  readonly floors?: ByValue;
}

/** Commands that change settings beside pauses. */
export type SettingCommand = Extract<Command, { kind: "policy" | "limit" | "policy-failed" | "reset" }>;

/** Commands that change settings. */
export type AnySettingCommand = SettingCommand | Extract<Command, { kind: "pause" | "resume" }>;

/** Entries that change; null: it is deleted. */
export type SettingChanges = { readonly [name in keyof SettingEntries]?: SettingEntries[name] | null };

const NOTHING: SettingChanges = {
  ...{ policy: null, former: null, failure: null },
  ...{ limit: null, limitFixed: null, ceilings: null, floors: null },
};

/** The entries that a command changes; a failure of a policy that is not in force any more changes none. */
export function changesBy(entries: SettingEntries, command: SettingCommand): SettingChanges {
  switch (command.kind) {
    case "limit": {
      const { limit, fixed, ceilings, floors } = command;
      return {
        ...limit !== undefined && { limit },
        ...limit !== undefined && fixed !== entries.limitFixed && { limitFixed: fixed ?? null },
        ...ceilings !== undefined && { ceilings },
        ...floors !== undefined && { floors },
      };
    }
    case "policy": {
      const { policy: former = null } = settingsOf(entries, [], 0);
      return { policy: command.policy, former, failure: null };
    }
    case "policy-failed": {
      const { id, reason, by } = command;
      const isInForce = entries.policy?.id === id && entries.failure?.id !== id;
      return isInForce ? { failure: { id, reason, by } } : {};
    }
    case "reset":
      return NOTHING;
  }
}

/** The settings that some entries come to. */
export function settingsOf(
  { policy, former, failure, limit, limitFixed, ceilings, floors }: SettingEntries,
  pauses: readonly Pause[],
  revision: number,
): Settings {
  const hasFailed = policy !== undefined && failure?.id === policy.id;
  const inForce = hasFailed ? former : policy;
  return {
    revision,
    pauses,
    ...inForce !== undefined && { policy: inForce },
    ...hasFailed && { failedPolicy: { ...failure, name: policy.name } },
    ...limit !== undefined && { limit },
    ...limit !== undefined && limitFixed && { limitFixed },
    ...ceilings !== undefined && { ceilings },
    ...floors !== undefined && { floors },
  };
}

/** Tells a listener of the settings in force, if there are any, and of each change. */
export class SettingsNotifier {
  #revision: number | undefined;

  /** @param settings those in force at present */
  *orders(settings: Settings): Generator<Order> {
    const { revision, pauses, ...others } = settings;
    const isAnySet = pauses.length > 0 || Object.keys(others).length > 0;
    const isNew = this.#revision === undefined ? isAnySet : this.#revision !== revision;
    this.#revision = revision;
    if (isNew) yield { kind: "settings", settings };
  }
}
