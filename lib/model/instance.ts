import { type Callback, isCallback } from "./callback.ts";
import { type Chain, MAX_ITEMS, type NodeState } from "./chain.ts";
import { checkChain } from "./check_chain.ts";
import { WorkloadError } from "./errors.ts";
import { isObject, isTooDeep } from "./json.ts";
import { type JsonText, parseJson } from "./json_text.ts";
import type { Random } from "./random.ts";
import { ulidMaker } from "./ulid.ts";
import { isTraceContext } from "./trace_context.ts";
import { isLabels, type WorkloadChain } from "./workload.ts";

/**
 * Labels of instances that have none: one object for all, as there may be a million of them. Like all labels that are read from a
 * queue, it inherits nothing: a policy that reads a label finds no `constructor`.
 */
export const NO_LABELS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** Arguments of instances that have none. */
export const NO_ARGS = "{}" as JsonText;

/** Where a child instance was called from. */
export interface ParentRef {
  /** The id of the instance that called it. */
  readonly instance: string;
  /** The name of the node that did. */
  readonly node: string;
  /** Of a map: which item, from 0. */
  readonly item?: number;
}

/** One submitted run of a chain, as plain data. */
export interface Instance {
  /** A ULID by default; stable, and the idempotency key of its submission. */
  readonly id: string;
  /** The chain that is run. */
  readonly chain: Chain;
  /** The object that it was submitted with, as it came, for expressions. (Default: none) */
  readonly args?: JsonText;
  /** By whom it was called, if a chain has called it. */
  readonly parent?: ParentRef;
  /** Texts by name, for policies, limits and filters. */
  readonly labels: Readonly<Record<string, string>>;
  /** The *intended* time of submission, in milliseconds since 1970. */
  readonly submittedAtMs: number;
  /**
   * When it may begin, in milliseconds since 1970 by the system's clock: nothing of it starts before. What it waits and takes
   * counts from then, see {@linkcode dueAt}. (Default: at once)
   */
  readonly dueAtMs?: number;
  /** Lower is more urgent. (Default: 0) */
  readonly priority: number;
  /** Its share under fair policies. (Default: 1) */
  readonly weight: number;
  /** When it should have ended, in milliseconds since 1970; Infinity for never. */
  readonly deadlineMs: number;
  /**
   * The number of times that each node, by its index, has been begun again: by a retry after the instance had been undone,
   * after a node that failed, or from a node on. (Default: never)
   */
  readonly generations?: readonly number[];
  /**
   * The instants of its retries, the last {@linkcode KEPT_RETRIES} at most, in order, in milliseconds since 1970 by the system's
   * clock: the time before a retry is no waiting of a node that runs after it, see {@linkcode readyFrom}. (Default: none)
   */
  readonly retriedAtMs?: readonly number[];
  /** The trace that it belongs to, W3C's header `traceparent` of whoever submitted it: see `traceContextOf`. (Default: one of its own) */
  readonly traceparent?: string;
  /** The header `tracestate` beside that. (Default: none) */
  readonly tracestate?: string;
  /** The request that tells its end, each time that it ends. (Default: none) */
  readonly callback?: Callback;
}

/** When an instance may begin, in milliseconds since 1970: what it waits and takes, and its limits in time, count from then. */
export function dueAt({ submittedAtMs, dueAtMs = submittedAtMs }: Instance): number {
  return dueAtMs;
}

/** Most instants of retries that an instance keeps. */
export const KEPT_RETRIES = 16;

/**
 * When the nodes of an instance that come after no other are ready, in milliseconds since 1970: when it is due, or was retried
 * last, if that was later.
 */
export function readyFrom(instance: Instance): number {
  return Math.max(dueAt(instance), instance.retriedAtMs?.at(-1) ?? -Infinity);
}

/** The instants of the retries of an instance after one more. @param atMs in milliseconds since 1970 */
export function retriesAfter(
  { retriedAtMs = [] }: Pick<Instance, "retriedAtMs">,
  atMs: number,
): readonly number[] {
  return [...retriedAtMs, atMs].slice(-KEPT_RETRIES);
}

/**
 * The same instance, to begin at a later instant; at once if that has passed. The time to its deadline stays as it is.
 *
 * @param dueAtMs in milliseconds since 1970
 */
export function delayedUntil(instance: Instance, dueAtMs: number): Instance {
  const laterMs = dueAtMs - dueAt(instance);
  return laterMs > 0 ? { ...instance, dueAtMs, deadlineMs: instance.deadlineMs + laterMs } : instance;
}

/** The number of times that a node of an instance has been begun again; 0: never. */
export function generationOf({ generations }: Pick<Instance, "generations">, node: number): number {
  return generations?.[node] ?? 0;
}

/** The record of a settled node: enough to go on after a crash. */
export interface NodeRecord {
  /** The node's index in its chain. */
  readonly node: number;
  /** Of a map: which item, from 0. Without it, the record is of the node as a whole. */
  readonly item?: number;
  /**
   * `started` is recorded of `atMostOnce` functions, and of the node that undoes: after a crash the former has failed, and is
   * not run again; the latter runs again, and what was done before counts as undone from its start on. `cancelled` takes a
   * start back, or says (`reason`) why another attempt is long in coming: the node has not settled. Whoever goes on with it counts
   * the attempts that have failed, and makes the next one when it was due.
   */
  readonly state: NodeState | "started";
  /** The number of attempts that it took; 0 for a node that was skipped. Of one that is `cancelled`, the number that failed. */
  readonly attempts: number;
  /** Its answer, as it came; null if there was none. */
  readonly output: JsonText;
  /** When it ended, in milliseconds since 1970. Of one that is `cancelled`, when it may be tried again. */
  readonly endedAtMs?: number;
  /** The time that the attempt that settled it ran, in milliseconds. */
  readonly runMs?: number;
  /** Why it failed, if it did; of one that is ok, {@linkcode NOT_JSON} if its answer was none. */
  readonly reason?: string;
}

/** The record of an output that was no JSON: functions get it as a text, but expressions cannot read it. */
export const NOT_JSON = "not-json: it answered what is no JSON";

/** Ids stand in the headers of calls: 1 to 256 visible ASCII characters. */
const ID = /^[!-~]{1,256}$/;

/** Whether a text can be the id of an instance. */
export function isInstanceId(text: string): boolean {
  return ID.test(text);
}

/** The options of one instance. */
export interface InstanceOptions {
  /** Added to those of the workload's entry. (Default: none) */
  readonly labels?: Readonly<Record<string, string>>;
  /** An object. (Default: none) */
  readonly args?: JsonText;
  /** (Default: a ULID) */
  readonly id?: string;
  /** The trace that it belongs to, W3C's header `traceparent` of whoever submitted it: see `traceContextOf`. (Default: one of its own) */
  readonly traceparent?: string;
  /** The header `tracestate` beside that. (Default: none) */
  readonly tracestate?: string;
  /** The request that tells its end, instead of that of the workload's entry. (Default: that one) */
  readonly callback?: Callback;
}

/** Makes instances of a workload's chains: ids from clock and randomness, the rest from the workload's entry. */
export function instanceMaker(random: Random): (
  entry: WorkloadChain,
  submittedAtMs: number,
  options?: InstanceOptions,
) => Instance {
  const ulid = ulidMaker(random);
  return (
    entry,
    submittedAtMs,
    { labels = NO_LABELS, args, id, callback = entry.callback, traceparent, tracestate } = {},
  ) => ({
    id: id ?? ulid(Math.max(1, Math.floor(submittedAtMs))),
    chain: entry.chain,
    ...(args === undefined ? {} : { args }),
    ...traceparent !== undefined && { traceparent },
    ...tracestate !== undefined && { tracestate },
    labels: entry.labels ? { ...entry.labels, ...labels } : labels,
    submittedAtMs,
    priority: entry.priority ?? 0,
    weight: entry.weight ?? 1,
    deadlineMs: entry.deadlineMs === undefined ? Infinity : submittedAtMs + entry.deadlineMs,
    ...(callback === undefined ? {} : { callback }),
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
  if (instance.args !== undefined && !isArgs(instance.args)) fail("an argument");
  if (instance.parent !== undefined && !isParentRef(instance.parent)) fail("the parent");
  if (instance.traceparent !== undefined && !isTraceContext(instance)) fail("the trace");
  if (!isLabels(instance.labels)) fail("a label");
  if (!isInstant(instance.submittedAtMs)) fail("the time of submission");
  if (instance.dueAtMs !== undefined && !isInstant(instance.dueAtMs)) fail("the time at which it is due");
  if (!Number.isFinite(instance.priority)) fail("the priority");
  if (!(instance.weight > 0 && instance.weight < Infinity)) fail("the weight");
  if (instance.deadlineMs !== Infinity && !isInstant(instance.deadlineMs)) fail("the deadline");
  if (instance.generations?.every(isGeneration) === false) fail("a generation");
  if (instance.retriedAtMs?.every(isInstant) === false) fail("the time of a retry");
  if (instance.callback !== undefined && !isCallback(instance.callback)) fail("the callback");
  return instance;
}

/** The args that were found good last: those of all instances of a load are the same text. */
let goodArgs = NO_ARGS;

/** Whether a text is that of an object that functions and stores can take. */
function isArgs(text: JsonText): boolean {
  if (text === goodArgs) return true;
  if (typeof text !== "string" || !text.isWellFormed()) return false;
  const value = parseJson(text)?.value;
  if (!isObject(value) || isTooDeep(value)) return false;
  goodArgs = text;
  return true;
}

function isParentRef({ instance, node, item }: ParentRef): boolean {
  return typeof instance === "string" && ID.test(instance) && typeof node === "string" &&
    node.isWellFormed() &&
    (item === undefined || (Number.isInteger(item) && item >= 0 && item < MAX_ITEMS));
}

/** Messages have 32 bits for it. */
function isGeneration(generation: number): boolean {
  return Number.isInteger(generation) && generation >= 0 && generation < 2 ** 32;
}

/** Whether a Date can hold it: others would make the code that prints them throw. */
function isInstant(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}
