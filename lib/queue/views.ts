/** Instances as a queue shows them, and which of them are meant. */
import type { Instance, InstanceOutcome, JsonText, NodeRecord } from "../model/mod.ts";

/** Where an instance stands. `delayed` ones wait until they are due, `queued` ones for a consumer; `failed` ones are the dead letters. */
export type InstanceState = "delayed" | "queued" | "running" | InstanceOutcome;

/** All that the queue knows of an instance. */
export interface InstanceView {
  /** The instance. */
  readonly instance: Instance;
  /** Where it stands. */
  readonly state: InstanceState;
  /** The records of its settled nodes and items. */
  readonly progress: readonly NodeRecord[];
  /** Why it failed or was cancelled, if it was. */
  readonly reason?: string;
  /** When it ended, in milliseconds since 1970, if it has ended. */
  readonly endedAtMs?: number;
  /** Its result, if it has ended: JSON as a text. */
  readonly output?: JsonText;
  /** The parts that cannot be read and are left out here, and why: its file was edited or damaged. (Default: all can be read) */
  readonly unreadable?: string;
}

/** Which instances are meant; all given parts must hold. */
export interface Filter {
  /** Those with one of these ids. (Default: any) */
  readonly ids?: readonly string[];
  /** Those in one of these states. (Default: any) */
  readonly states?: readonly InstanceState[];
  /** Those of the chain of this name. (Default: any) */
  readonly chain?: string;
  /** The id of the instance that has called them. */
  readonly parent?: string;
  /** Labels that the instance must carry. */
  readonly labels?: Readonly<Record<string, string>>;
  /** (Default: no bound) */
  readonly limit?: number;
}
