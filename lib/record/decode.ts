import { type Chain, isObject, NO_LABELS } from "../model/mod.ts";
import { definedChain } from "./definition.ts";
import { CATEGORY, CHAIN_EVENT, RUN_EVENT } from "./encode.ts";
import type { AttemptOutcome, ChainOutcome, RunEvent, RunInfo, RunQueue, SettingKind } from "./events.ts";

type Fields = Record<string, unknown>;

const ATTEMPT_OUTCOMES: ReadonlySet<unknown> = new Set<AttemptOutcome>([
  "ok",
  "failed",
  "throttled",
  "cancelled",
]);
const CHAIN_OUTCOMES: ReadonlySet<unknown> = new Set<ChainOutcome>([
  "completed",
  "failed",
  "cancelled",
  "dropped",
  "shed",
]);

const SETTINGS: ReadonlySet<unknown> = new Set<SettingKind>([
  "policy",
  "limit",
  "ceilings",
  "floors",
  "paused",
  "resumed",
]);

const RUN_QUEUES: ReadonlySet<unknown> = new Set<RunQueue>(["sequoia", "provider", "none"]);

/** The args of the first event, still unchecked, or undefined if this is not that event. */
export function runArgs(event: unknown): Fields | undefined {
  return isObject(event) && event.name === RUN_EVENT && isObject(event.args) ? event.args : undefined;
}

/**
 * Makes a run event of a trace event.
 *
 * @param originMs the start of the run, in milliseconds since 1970
 * @param chains the chains that the log has defined so far, by number; added to
 * @returns undefined for events that are not ours (names of tracks, other tools' events), and "unreadable" for an event of ours
 * that lacks a field it must have
 */
export function decodeEvent(
  event: unknown,
  originMs: number,
  chains: Map<number, Chain>,
): RunEvent | "unreadable" | undefined {
  if (!isObject(event)) return "unreadable";
  const args = isObject(event.args) ? event.args : {};
  if (event.name === CHAIN_EVENT) return decodeChain(args, chains);
  switch (event.cat) {
    case CATEGORY.attempt:
      return event.ph === "X" ? decodeAttempt(event, args, originMs) : undefined;
    case CATEGORY.functionRun:
      return event.ph === "X" ? decodeFunctionRun(event, args, originMs) : undefined;
    case CATEGORY.instance:
      if (event.ph === "b") return decodeSubmit(event, args, originMs, chains);
      return event.ph === "e" ? decodeEnd(event, args, originMs) : undefined;
    case CATEGORY.counters:
      return event.ph === "C" ? decodeCounter(event, args, originMs) : undefined;
    case CATEGORY.setting:
      return event.ph === "i" ? decodeSetting(event, args, originMs) : undefined;
  }
  return undefined;
}

function decodeAttempt(event: Fields, args: Fields, originMs: number): RunEvent | "unreadable" {
  const { name, ts, dur } = event;
  const { chain, instance, node, outcome } = args;
  if (typeof name !== "string" || typeof chain !== "string" || typeof instance !== "string") {
    return "unreadable";
  }
  if (!isTime(ts) || !isSize(dur) || !ATTEMPT_OUTCOMES.has(outcome)) return "unreadable";
  return {
    type: "attempt",
    function: name,
    chain,
    instance,
    node: typeof node === "string" ? node : name,
    ...(typeof args.item === "number" ? { item: args.item } : {}),
    ...(isSize(args.generation) ? { generation: args.generation } : {}),
    attempt: numberOr(args.attempt, 1),
    startedAtMs: originMs + ts / 1000,
    runMs: dur / 1000,
    outcome: outcome as AttemptOutcome,
    settled: args.settled !== false,
    status: numberOr(args.status, 0),
    queuedMs: Math.max(0, numberOr(args.queuedMs, 0)),
    cold: args.cold === true,
    platform: typeof args.platform === "string" ? args.platform : "",
    ...(isSize(args.providerQueuedMs) ? { providerQueuedMs: args.providerQueuedMs } : {}),
    ...(isSize(args.cost) ? { cost: args.cost } : {}),
    ...(isSize(args.retryAfterMs) ? { retryAfterMs: args.retryAfterMs } : {}),
    ...(isSize(args.dueMs) ? { dueMs: args.dueMs } : {}),
    ...reasonOf(args),
    ...spanOf(args),
  };
}

function decodeFunctionRun(event: Fields, args: Fields, originMs: number): RunEvent | "unreadable" {
  const attempt = decodeAttempt(event, args, originMs);
  if (attempt === "unreadable" || attempt.type !== "attempt") return "unreadable";
  const { function: name, chain, instance, node, item, generation, outcome, platform } = attempt;
  const { attempt: number } = attempt;
  return {
    type: "functionRun",
    ...{ function: name, chain, instance, node, attempt: number, outcome, platform },
    ...(item === undefined ? {} : { item }),
    ...(generation === undefined ? {} : { generation }),
    startedAtMs: attempt.startedAtMs,
    functionMs: attempt.runMs,
    ...(isSize(args.providerQueuedMs) ? { providerQueuedMs: args.providerQueuedMs } : {}),
    ...(isTime(args.skewMs) ? { skewMs: args.skewMs } : {}),
  };
}

function decodeChain(args: Fields, chains: Map<number, Chain>): "unreadable" | undefined {
  const { number } = args, chain = definedChain(args);
  if (typeof number !== "number" || chain === undefined) return "unreadable";
  chains.set(number, chain);
}

function decodeSubmit(
  event: Fields,
  args: Fields,
  originMs: number,
  chains: ReadonlyMap<number, Chain>,
): RunEvent | "unreadable" {
  const instance = instanceOf(event, args);
  const ts = isTime(args.tsUs) ? args.tsUs : event.ts;
  if (instance === undefined || !isTime(ts)) return "unreadable";
  const { deadlineMs, priority } = args;
  const definition = chains.get(args.definition as number);
  return {
    type: "submit",
    ...instance,
    submittedAtMs: originMs + ts / 1000,
    labels: labelsOf(args.labels),
    weight: isSize(args.weight) && args.weight > 0 ? args.weight : 1,
    ...(isSize(args.lateMs) ? { lateMs: args.lateMs } : {}),
    ...(isSize(args.takenMs) ? { takenMs: args.takenMs } : {}),
    ...(isTime(priority) ? { priority } : {}),
    ...(isSize(deadlineMs) ? { deadlineMs } : {}),
    ...(definition === undefined ? {} : { definition }),
    ...(typeof args.parent === "string" ? { parent: args.parent } : {}),
  };
}

function decodeEnd(event: Fields, args: Fields, originMs: number): RunEvent | "unreadable" {
  const instance = instanceOf(event, args);
  if (instance === undefined || !isTime(event.ts) || !CHAIN_OUTCOMES.has(args.outcome)) return "unreadable";
  return {
    type: "end",
    ...instance,
    endedAtMs: originMs + event.ts / 1000,
    outcome: args.outcome as ChainOutcome,
    ...(isSize(args.idealMs) ? { idealMs: args.idealMs } : {}),
    ...reasonOf(args),
    ...spanOf(args),
  };
}

function decodeCounter(event: Fields, args: Fields, originMs: number): RunEvent | "unreadable" {
  if (!isTime(event.ts)) return "unreadable";
  return {
    type: "counter",
    atMs: originMs + event.ts / 1000,
    ready: numberOr(args.ready, 0),
    running: numberOr(args.running, 0),
    limit: numberOr(args.limit, Infinity),
    throttled: numberOr(args.throttled, 0),
  };
}

function decodeSetting(event: Fields, args: Fields, originMs: number): RunEvent | "unreadable" {
  if (!isTime(event.ts) || !SETTINGS.has(args.setting)) return "unreadable";
  return {
    type: "setting",
    atMs: originMs + event.ts / 1000,
    setting: args.setting as SettingKind,
    ...(typeof args.value === "string" ? { value: args.value } : {}),
  };
}

/**
 * The description of the run, from args whose schema has been checked; undefined if they lack the instant that all times count
 * from.
 */
export function decodeRun(args: Fields): RunInfo | undefined {
  const { schema, startedAt: _forPeople, startedAtMs, queue, ...rest } = args;
  if (!isTime(startedAtMs)) return undefined;
  return {
    ...rest,
    ...RUN_QUEUES.has(queue) && { queue: queue as RunQueue },
    schema,
    command: String(args.command ?? ""),
    version: String(args.version ?? ""),
    startedAtMs,
  } as RunInfo;
}

function instanceOf(event: Fields, args: Fields): { chain: string; instance: string } | undefined {
  const { id } = event;
  const chain = args.chain ?? event.name;
  return typeof id === "string" && typeof chain === "string" ? { chain, instance: id } : undefined;
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return NO_LABELS;
  const labels = Object.entries(value).filter((label): label is [string, string] =>
    typeof label[1] === "string"
  );
  return labels.length === 0 ? NO_LABELS : Object.fromEntries(labels);
}

function reasonOf(args: Fields): { reason?: string } {
  return typeof args.reason === "string" ? { reason: args.reason } : {};
}

function spanOf({ traceId, spanId }: Fields): { traceId?: string; spanId?: string } {
  return isHex(traceId, 32) && isHex(spanId, 16) ? { traceId, spanId } : {};
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value);
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isSize(value: unknown): value is number {
  return isTime(value) && value >= 0;
}

function numberOr(value: unknown, otherwise: number): number {
  return isTime(value) ? value : otherwise;
}
