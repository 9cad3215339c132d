import { monotonicFactory } from "ulid";
import type { Chain } from "./chain.ts";
import { checkChain } from "./check_chain.ts";
import { WorkloadError } from "./errors.ts";
import type { Json } from "./json.ts";
import type { Random } from "./random.ts";
import { isLabels, type WorkloadChain } from "./workload.ts";

/** Labels of instances that have none: one object for all, as there may be a million of them. */
export const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

/** One submitted run of a chain, as plain data. */
export interface Instance {
  /** A ULID by default; stable, and the idempotency key of its submission. */
  readonly id: string;
  /** What is run. */
  readonly chain: Chain;
  /** Texts by name, for policies, limits and filters. */
  readonly labels: Readonly<Record<string, string>>;
  /** The *intended* time of submission, in milliseconds since 1970. */
  readonly submittedAtMs: number;
  /** Lower is more urgent. (Default: 0) */
  readonly priority: number;
  /** Its share under fair policies. (Default: 1) */
  readonly weight: number;
  /** When it should have ended, in milliseconds since 1970; Infinity for never. */
  readonly deadlineMs: number;
}

/** How an ended node ended. */
export type NodeState = "ok" | "failed" | "skipped" | "cancelled";

/** What is kept of a settled node: enough to go on after a crash. */
export interface NodeRecord {
  /** The node's index in its chain. */
  readonly node: number;
  /** `started` is recorded only for `atMostOnce` functions: after a crash such a node is failed, not run again. */
  readonly state: NodeState | "started";
  /** How many attempts it took; 0 for a node that was skipped. */
  readonly attempts: number;
  /** What it answered, for nodes that others come after; null otherwise. */
  readonly output: Json;
  /** Why it failed, if it did. */
  readonly reason?: string;
}

/** How an instance ended. */
export type InstanceOutcome = "completed" | "failed" | "cancelled";

/** Ids stand in the headers of calls: 1 to 256 visible ASCII characters. */
const ID = /^[!-~]{1,256}$/;

/** Makes instances of a workload's chains: ids from clock and randomness, the rest from the workload's entry. */
export function instanceMaker(random: Random): (
  entry: WorkloadChain,
  submittedAtMs: number,
  labels?: Readonly<Record<string, string>>,
) => Instance {
  const ulid = monotonicFactory(() => random.next());
  return (entry, submittedAtMs, labels = NO_LABELS) => ({
    id: ulid(Math.floor(submittedAtMs)),
    chain: entry.chain,
    labels: entry.labels ? { ...entry.labels, ...labels } : labels,
    submittedAtMs,
    priority: entry.priority ?? 0,
    weight: entry.weight ?? 1,
    deadlineMs: entry.deadlineMs === undefined ? Infinity : submittedAtMs + entry.deadlineMs,
  });
}

/**
 * Checks an instance's data that came from outside.
 *
 * @throws {WorkloadError} if it cannot be run
 */
export function checkInstance(instance: Instance): Instance {
  checkChain(instance.chain);
  return checkSubmission(instance);
}

/** As {@linkcode checkInstance}, for an instance of a chain that has been checked. */
export function checkSubmission(instance: Instance): Instance {
  const fail = (what: string): never => {
    throw new WorkloadError("bad-chain", `${what} of instance "${instance.id}" cannot be used`, {
      chain: instance.chain.name,
    });
  };
  if (typeof instance.id !== "string" || !ID.test(instance.id)) fail("the id");
  if (!isLabels(instance.labels)) fail("a label");
  if (!isInstant(instance.submittedAtMs)) fail("the time of submission");
  if (!Number.isFinite(instance.priority)) fail("the priority");
  if (!(instance.weight > 0 && instance.weight < Infinity)) fail("the weight");
  if (instance.deadlineMs !== Infinity && !isInstant(instance.deadlineMs)) fail("the deadline");
  return instance;
}

/** Whether a Date can hold it: others would make whoever prints them throw. */
function isInstant(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}
