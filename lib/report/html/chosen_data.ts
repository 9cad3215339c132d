import type { AttemptEvent, FunctionRunEvent } from "../events.ts";
import { clipped } from "../failures.ts";
import { printable } from "../text.ts";
import type { Ended } from "./chosen.ts";
import { CALL_OUTCOMES, type Choice, type ChosenData, type InstanceData, type NodeShape } from "./data.ts";

/** The nodes of a chain. */
export type Shape = readonly NodeShape[];

/** The most attempts of a run that the page has; the slowest instances come first. */
const MOST_CALLS = 12_000;

/** The circumstances of a run's chosen instances. */
export interface ChosenIn {
  readonly shapes: readonly (readonly [chain: string, shape: Shape])[];
  readonly of: number;
  /** Milliseconds from the run's first event. */
  readonly atMs: (instantMs: number) => number;
}

/** The chosen instances as the page has them. */
export function chosenData(
  list: readonly { readonly why: Choice; readonly instance: Ended }[],
  { shapes, of, atMs }: ChosenIn,
): ChosenData {
  const words = new Words(), instances: InstanceData[] = [];
  let left = MOST_CALLS;
  for (const { why, instance } of list) {
    if (instance.calls.length > left) continue;
    left -= instance.calls.length;
    instances.push(instanceData(why, instance, words, atMs));
  }
  return { words: words.list(), shapes: shapes.map(([chain, nodes]) => ({ chain, nodes })), instances, of };
}

function instanceData(
  why: Choice,
  { id, chain, outcome, reason, submit, calls, told, endedAtMs, isCut }: Ended,
  words: Words,
  atMs: (instantMs: number) => number,
): InstanceData {
  const fromMs = submit?.submittedAtMs ??
    calls.reduce((least, call) => Math.min(least, call.startedAtMs - call.queuedMs), endedAtMs ?? Infinity);
  const labels = Object.entries(submit?.labels ?? {}).map(([name, value]) => `${name}=${value}`).join(" ");
  const times = new Map(told.map((run) => [keyOf(run), run]));
  return {
    id,
    chain,
    why,
    outcome,
    ...reason !== undefined && { reason: short(reason) },
    submittedMs: hundredths(atMs(fromMs)) / 100,
    endedMs: endedAtMs === null ? null : hundredths(atMs(endedAtMs)) / 100,
    ...labels !== "" && { labels: short(labels) },
    calls: calls.flatMap((call) => numbersOf(call, times.get(keyOf(call)), fromMs, words)),
    ...isCut && { isCut },
  };
}

/** See `CALL_FIELDS`. */
function numbersOf(
  call: AttemptEvent,
  told: FunctionRunEvent | undefined,
  fromMs: number,
  words: Words,
): number[] {
  return [
    words.number(call.node),
    words.number(call.function),
    call.item ?? -1,
    call.generation ?? 0,
    call.attempt,
    hundredths(call.startedAtMs - call.queuedMs - fromMs),
    hundredths(call.startedAtMs - fromMs),
    hundredths(call.runMs),
    told?.providerQueuedMs === undefined ? -1 : hundredths(told.providerQueuedMs),
    CALL_OUTCOMES.indexOf(call.outcome),
    call.cold ? 1 : 0,
    words.number(call.platform),
    call.reason === undefined ? -1 : words.number(short(call.reason)),
  ];
}

/** The name of an attempt among those of its instance. */
function keyOf({ node, item, generation, attempt }: AttemptEvent | FunctionRunEvent): string {
  return JSON.stringify([node, item, generation, attempt]);
}

function hundredths(ms: number): number {
  return Math.round(ms * 100);
}

/** Longer texts are cut; they may be whatever a function answered. */
function short(text: string): string {
  return printable(clipped(text));
}

/** Numbers for texts that come again and again. */
class Words {
  readonly #numbers = new Map<string, number>();

  number(word: string): number {
    const number = this.#numbers.get(word) ?? this.#numbers.size;
    this.#numbers.set(word, number);
    return number;
  }

  list(): string[] {
    return [...this.#numbers.keys()];
  }
}
