import type { ByValue, Pause } from "../model/mod.ts";

/** A policy for all consumers of a queue. */
export interface PolicySetting {
  /** Tells it from the same policy that is set again. */
  readonly id: string;
  /** As it is written on the command line: names and files, joined by `+`. */
  readonly name: string;
  /** The contents of the files that the name has, by their parts of it. (Default: it has no files) */
  readonly files?: Readonly<Record<string, string>>;
}

/** The settings of all consumers of a queue, those too that come later. They win over those that consumers were started with. */
export interface Settings {
  /** Grows with each change; 0: nothing was ever set. */
  readonly revision: number;
  /** (Default: each goes by its own) */
  readonly policy?: PolicySetting;
  /**
   * The policy that was set last, if it has failed and another one is in force therefore: its id and name, what it did, and the
   * host and process where. (Default: it has not)
   */
  readonly failedPolicy?: Pick<PolicySetting, "id" | "name"> & {
    readonly reason: string;
    readonly by: string;
  };
  /** Of all attempts in flight. (Default: each goes by its own) */
  readonly limit?: number | "auto";
  /** Whether that many may be in flight whatever the platform refuses. (Default: it is a ceiling) */
  readonly limitFixed?: true;
  /** The most attempts in flight of functions, chains and values of labels. (Default: each goes by its own) */
  readonly ceilings?: ByValue;
  /** The slots that are reserved for functions, chains and values of labels. (Default: each goes by its own) */
  readonly floors?: ByValue;
  /** Oldest first. */
  readonly pauses: readonly Pause[];
}

/** Limits that a queue sets for all its consumers, as a scheduler takes them; those that are left out stay each consumer's own. */
export interface SetLimits extends ByValue {
  readonly global?: number | "auto";
  readonly fixed?: boolean;
  readonly floors?: ByValue;
}

/** Ceilings are set all together. */
const NO_CEILINGS = { functions: {}, chains: {}, labels: {} };

/** The limits that some settings set. */
export function limitsSet(
  { limit: global, limitFixed, ceilings, floors }: Omit<Settings, "revision" | "pauses">,
): SetLimits {
  return {
    ...global !== undefined && { global, fixed: limitFixed === true },
    ...ceilings !== undefined && NO_CEILINGS,
    ...ceilings,
    ...floors !== undefined && { floors },
  };
}
