import { count } from "../../../report/html/page/format.js";
import { counted, left, pauseWords, rate, whole } from "./text.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */

/** Of the calls that start, the part that may be refused before that is the first thing to say. */
const MUCH_REFUSED = 0.05;
/** The part of the limit in flight from which on the slots are called busy. */
const FULL = 0.95;
/** Below this rate of calls nothing starts any more: rates fade. */
const QUIET_PER_S = 0.01;
/** Notes that are shown one by one. */
const MOST_NOTES = 6;

/**
 * Whether work flows, in a word and a sentence.
 *
 * @param {ApiLive} view
 * @returns {{ mood: "good" | "calm" | "warn" | "bad", word: string, words: string }}
 */
export function verdictOfView(view) {
  const { depth, limit, inFlight, ready, callsPerS, throttledPerS, consumers, settings } = view;
  const waiting = ready + depth.queued, waits = waiting === 1 ? "waits" : "wait";
  if (consumers.length === 0) {
    const held = depth.queued + depth.running;
    return held === 0
      ? { mood: "calm", word: "Idle", words: `Nothing waits, and no consumer runs.${nextDue(view)}` }
      : {
        mood: "bad",
        word: "No consumer runs",
        words: `${counted(held, "instance")} ${
          held === 1 ? "waits" : "wait"
        } for one: start it with sequoia consume.`,
      };
  }
  if (settings.pauses.some((pause) => pauseWords(pause) === "everything")) {
    return {
      mood: "warn",
      word: "Paused",
      words: `Everything is paused: nothing starts, ${counted(inFlight, "call")} in flight, ${
        whole(waiting)
      } ${waits}.`,
    };
  }
  if (inFlight + waiting + depth.running === 0) {
    return { mood: "calm", word: "Idle", words: `Nothing waits.${nextDue(view)}` };
  }
  const busy = limit === undefined
    ? counted(inFlight, "call")
    : `${whole(inFlight)} of ${counted(limit, "slot")}`;
  if (throttledPerS > MUCH_REFUSED * Math.max(callsPerS, 1)) {
    return {
      mood: "warn",
      word: "Throttled",
      words: `The platform refuses ${rate(throttledPerS)} calls per second; ${busy} in flight, ${
        whole(waiting)
      } ${waits}.`,
    };
  }
  if (inFlight === 0 && ready > 0 && settings.pauses.length > 0) {
    return {
      mood: "warn",
      word: "Held by a pause",
      words: `Nothing is in flight, ${counted(ready, "call")} ${waits}: see below what is paused.`,
    };
  }
  if (inFlight === 0 && ready > 0 && callsPerS < QUIET_PER_S) {
    return {
      mood: "bad",
      word: "Stuck",
      words: `${counted(ready, "call")} could start and ${ready === 1 ? "does" : "do"} not.`,
    };
  }
  const starts = `${rate(callsPerS)} calls start per second`;
  if (limit !== undefined && inFlight >= FULL * limit && waiting > 0) {
    return {
      mood: "good",
      word: "Busy",
      words: `All ${counted(limit, "slot")} work, ${starts}, ${whole(waiting)} ${waits} for a slot.`,
    };
  }
  return {
    mood: "good",
    word: "Flowing",
    words: `${busy} in flight, ${starts}, ${waiting === 0 ? "nothing waits" : `${whole(waiting)} ${waits}`}.`,
  };
}

/** @param {ApiLive} view */
function nextDue({ depth: { delayed, nextDueAtMs }, atMs }) {
  if (delayed === 0) return "";
  const next = nextDueAtMs === undefined || nextDueAtMs <= atMs
    ? ""
    : `; the next is due in ${left(nextDueAtMs - atMs)}`;
  return ` ${counted(delayed, "instance")} ${delayed === 1 ? "is" : "are"} due later${next}.`;
}

/**
 * The reasons why something waits, and what went wrong, in sentences.
 *
 * @param {ApiLive} view
 * @returns {string[]}
 */
export function notesOf({ settings, consumers, holds }) {
  const { pauses, failedPolicy } = settings;
  const notes = [
    ...pauses.map((pause) => `Paused: ${pauseWords(pause)}.`),
    ...holds.flatMap(holdWords),
    ...failedPolicy === undefined
      ? []
      : [`The policy ${failedPolicy.name} failed at ${failedPolicy.by}: ${failedPolicy.reason}.`],
    ...new Set(consumers.flatMap(({ asked = [] }) => asked.map(askedWords))),
    ...consumers.flatMap(({ host, pid, settings }) =>
      settings?.error === undefined ? [] : [`${host} ${pid} does not go by the settings: ${settings.error}.`]
    ),
  ];
  const more = notes.length - MOST_NOTES;
  return more <= 1 ? notes : [...notes.slice(0, MOST_NOTES), `and ${count(more)} more.`];
}

/**
 * A sentence, unless pauses or the headline say the same: that all slots are taken.
 *
 * @param {import("../answers.ts").ApiHold} hold
 * @returns {string[]}
 */
function holdWords({ reason, ready, ...who }) {
  const name = pauseWords(who), isAll = name === "everything";
  if (ready === undefined || (isAll && reason.startsWith("a slot"))) return [];
  return [
    `${isAll ? "" : `${name}: `}${counted(ready, "call")} ${ready === 1 ? "waits" : "wait"} for ${reason}.`,
  ];
}

/** @param {{ platform?: string, function?: string, leftMs: number }} asked */
function askedWords({ platform, function: fn, leftMs }) {
  const who = `The platform${platform === undefined ? "" : ` ${platform}`}`;
  const what = fn === undefined ? "" : ` for function ${fn}`;
  return `${who} asks to wait${what}: ${left(leftMs)} left.`;
}
