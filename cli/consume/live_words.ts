import { grouped, pauseName } from "../../lib/model/mod.ts";
import type { ConsumerStats } from "../../lib/consume/mod.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { isUsedUp } from "../../lib/live/mod.ts";
import { leftWords } from "../shell/progress.ts";
import { askerWords } from "../../lib/queue/mod.ts";

/** The state of a consumer's surroundings. */
export interface Surroundings {
  /** Whether nothing new starts, as the program ends. */
  readonly isEnding: boolean;
  /** Whether the queue's file is locked, its disk full, or no broker answers. */
  readonly isQueueWaiting: boolean;
  /** Instances that no consumer has taken yet, if that is known. */
  readonly queued: number | undefined;
  /** The limits in force. */
  readonly limits: Limits;
}

/** Most pauses and functions that the live line names. */
const NAMED = 3;

/**
 * The live line of a consumer. The reasons why it stands still come first, then the numbers, then the settings of others: the end
 * is cut off in a narrow terminal.
 */
export function liveWords(stats: ConsumerStats, around: Surroundings): string {
  return [...obstaclesIn(stats, around), numbers(stats, around), ...settings(stats)].join("; ");
}

/** Whatever keeps work from starting, the gravest first. */
export function obstaclesIn(
  { settings: { pauses }, unserved, refused, asked, heldRetries, ready, running, limit }: ConsumerStats,
  { isEnding, isQueueWaiting, limits }: Surroundings,
): string[] {
  const held = heldRetries.reduce((sum, { waiting }) => sum + waiting, 0);
  const obstacles = [
    isEnding && "ending",
    isQueueWaiting && "waiting for the queue",
    pauses.length > 0 && `paused: ${named(pauses.map(pauseName))}`,
    unserved.length > 0 && `nobody serves ${namesOf(unserved)}`,
    refused.length > 0 && `refused for a minute: ${namesOf(refused)}`,
    asked.length > 0 && `${askerWords(asked[0]!)} asks callers to wait`,
    held > 0 && `retry budget holds ${grouped(held)}: ${namesOf(heldRetries)}`,
  ].filter((words) => words !== false);
  const isHeld = obstacles.length === 0 && ready > 0 && running < limit;
  if (isHeld && limits.rate !== undefined) return ["at its rate"];
  return isHeld && !isUsedUp(running, limit) && hasOwnLimits(limits)
    ? ["limits hold calls, see queue status"]
    : obstacles;
}

/** Whether functions, chains or labels have limits of their own. */
function hasOwnLimits({ functions = {}, chains = {}, labels = {}, functionRates = {} }: Limits): boolean {
  return [functions, chains, labels, functionRates].some((own) => Object.keys(own).length > 0);
}

/** The work that runs and that waits: `running 12 of 100, ready 1,340`. */
export function loadWords(
  { ready, running, limit, delayed }: ConsumerStats,
  { queued = 0 }: Pick<Surroundings, "queued">,
): string {
  const most = limit === Infinity ? "" : ` of ${grouped(limit)}`;
  return [
    `running ${grouped(running)}${most}`,
    ready > 0 && `ready ${grouped(ready)}`,
    delayed > 0 && `retrying ${grouped(delayed)}`,
    queued > 0 && `queued ${grouped(queued)}`,
  ].filter((words) => words !== false).join(", ");
}

function numbers(stats: ConsumerStats, around: Surroundings): string {
  const { completed, failed, leftMs } = stats;
  const left = leftMs === undefined ? "" : `; ${leftWords(leftMs)}`;
  return `${loadWords(stats, around)}; completed ${grouped(completed)}, failed ${grouped(failed)}${left}`;
}

/** The settings that the queue has for its consumers. */
function settings({ policy, settings }: ConsumerStats): string[] {
  const set = [
    settings.policy !== undefined && `policy ${policy}`,
    settings.limit !== undefined && `limit ${settings.limit}`,
    settings.ceilings !== undefined && "ceilings",
    settings.floors !== undefined && "floors",
  ].filter((words) => words !== false);
  return set.length === 0 ? [] : [`set by the queue: ${set.join(", ")}`];
}

function namesOf(functions: readonly { readonly function: string }[]): string {
  return named([...new Set(functions.map((fn) => fn.function))]);
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown}, …` : shown;
}
