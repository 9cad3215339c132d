import { propose } from "./dialogs.js";
import { byValueWords, counted, pauseWords } from "./text.js";

/** @typedef {import("../answers.ts").ApiPause} ApiPause */
/** @typedef {import("../answers.ts").ApiChanged} ApiChanged */
/** @typedef {import("../answers.ts").ApiReached} ApiReached */
/** @typedef {import("../answers.ts").ApiConsumerRef} ApiConsumerRef */

/** The most instances that a dry run of a pause counts. */
const MOST_COUNTED = 1000;

/** Words for what a change of settings reaches. @param {ApiChanged} changed */
function reachWords({ consumers, instances }) {
  const who = consumers === 0
    ? "No consumer runs now; it holds for those that come"
    : `It reaches ${counted(consumers, "consumer")}`;
  if (instances === undefined) return `${who}.`;
  const least = instances >= MOST_COUNTED ? "at least " : "", are = instances === 1 ? "is" : "are";
  return `${who}; ${least}${counted(instances, "instance")} that ${
    instances === 1 ? "has" : "have"
  } not ended ${are} meant.`;
}

/** Words for who goes by a change of settings. @param {ApiChanged} changed */
function takenWords({ consumers, unanswered, refusedBy }) {
  return [
    consumers + unanswered.length + refusedBy.length === 0
      ? "no consumer runs now"
      : `${counted(consumers, "consumer")} ${consumers === 1 ? "goes" : "go"} by it`,
    ...unanswered.length === 0 ? [] : [`no answer yet from ${unanswered.map(consumerWords).join(", ")}`],
    ...refusedBy.map((consumer) =>
      `${consumerWords(consumer)} refuses: ${consumer.error ?? "no reason given"}`
    ),
  ].join("; ");
}

/** @param {ApiConsumerRef} consumer */
function consumerWords({ host, pid }) {
  return `${host} ${pid}`;
}

/** @param {ApiPause} pause */
export function proposePause(pause) {
  const what = pauseWords(pause);
  propose({
    title: `Pause ${what}`,
    words: "Nothing of it starts until it is resumed; calls in flight end.",
    verb: "Pause",
    path: "settings/pauses",
    body: pause,
    reach: reachWords,
    done: (answer) => `Paused ${what}: ${takenWords(answer)}.`,
  });
}

/** @param {ApiPause | undefined} pause undefined: all */
export function proposeResume(pause) {
  const what = pause === undefined ? "all pauses" : pauseWords(pause);
  propose({
    title: pause === undefined ? "Resume everything" : `Resume ${what}`,
    words: "What waited for it starts again, within the limits.",
    verb: "Resume",
    path: "settings/pauses",
    method: "DELETE",
    query: pause === undefined ? { all: "true" } : {
      chain: pause.chain,
      function: pause.function,
      label: pause.label && `${pause.label.name}=${pause.label.value}`,
    },
    reach: reachWords,
    done: (answer) => `Resumed ${what}: ${takenWords(answer)}.`,
  });
}

/**
 * @param {"cancel" | "retry"} action
 * @param {string} id
 * @param {() => void} then
 */
export function proposeOne(action, id, then) {
  propose({
    ...ACTIONS[action],
    title: `${ACTIONS[action].verb} the instance ${id}`,
    path: `instances/${encodeURIComponent(id)}/${action}`,
    then,
  });
}

/**
 * @param {string} id
 * @param {string} node
 * @param {() => void} then
 */
export function proposeRetryFrom(id, node, then) {
  propose({
    ...ACTIONS.retry,
    title: `Run ${node} of the instance ${id} again`,
    words: "It and all nodes that come after it run again; what is before them keeps its outputs.",
    path: `instances/${encodeURIComponent(id)}/retry`,
    body: { from: node },
    then,
  });
}

/**
 * @param {"cancel" | "retry"} action
 * @param {{ state?: string, chain?: string, label?: string }} chosen
 * @param {() => void} then
 */
export function proposeMany(action, { state, chain, label = "" }, then) {
  const at = label.indexOf("=");
  const which = {
    ...state !== undefined && { states: [state] },
    ...chain !== undefined && { chain },
    ...at > 0 && { labels: { [label.slice(0, at)]: label.slice(at + 1) } },
  };
  const whose = [
    state === undefined ? "all instances" : `all ${state} instances`,
    ...chain === undefined ? [] : [`of ${chain}`],
    ...at > 0 ? [`with ${label}`] : [],
  ];
  propose({
    ...ACTIONS[action],
    title: `${ACTIONS[action].verb} ${whose.join(" ")}`,
    path: `instances/${action}`,
    body: Object.keys(which).length === 0 ? { all: true } : which,
    then,
  });
}

/**
 * @param {import("../answers.ts").ApiFailure} cause
 * @param {() => void} then
 */
export function proposeRetryOfCause({ chain, pattern, reason }, then) {
  propose({
    ...ACTIONS.retry,
    title: `Retry all of ${chain} that failed: ${reason}`,
    path: "failures/retry",
    body: { chain, pattern },
    then,
  });
}

/** Actions with instances. */
const ACTIONS = {
  cancel: {
    verb: "Cancel",
    words: "Nothing new starts; calls in flight end. What was done is undone, if the chain says how.",
    isGrave: true,
    reach: (/** @type {ApiReached} */ reached) =>
      reachedWords(reached, "those that have ended stay as they are"),
    done: (/** @type {ApiReached} */ { reached }) => `Cancelled ${counted(reached, "instance")}.`,
  },
  retry: {
    verb: "Retry",
    words: "What failed runs again; nodes that are done keep their outputs.",
    reach: (/** @type {ApiReached} */ reached) =>
      reachedWords(reached, "only failed and cancelled ones run again"),
    done: (/** @type {ApiReached} */ { reached, isMore }) =>
      `Retried ${counted(reached, "instance")}.${isMore ? " There are more: retry again." : ""}`,
  },
};

/** The states in which instances are reached. @type {Record<"cancel" | "retry", readonly string[]>} */
const REACHED = { cancel: ["delayed", "queued", "running"], retry: ["failed", "cancelled"] };

/**
 * Whether an action can reach instances in a state.
 *
 * @param {"cancel" | "retry"} action
 * @param {string | undefined} state undefined: any
 * @returns {boolean}
 */
export function canReach(action, state) {
  return state === undefined || REACHED[action].includes(state);
}

/** @param {ApiReached} reached @param {string} why */
function reachedWords({ reached, isMore = undefined }, why) {
  if (reached === 0) return `It reaches no instance: ${why}.`;
  return `It reaches ${isMore ? "at least " : ""}${counted(reached, "instance")}.`;
}

/**
 * @param {string} policy
 */
export function proposePolicy(policy) {
  propose({
    title: `Go by the policy ${policy}`,
    words:
      "What is queued is ranked again; nothing is lost. It holds for all consumers, those too that come later, until the settings are reset.",
    verb: "Set the policy",
    path: "settings/policy",
    method: "PUT",
    body: { name: policy },
    reach: reachWords,
    done: (answer) => `The policy ${policy} is set: ${takenWords(answer)}.`,
  });
}

/**
 * @param {number | "auto"} limit
 * @param {boolean} isFixed
 */
export function proposeLimit(limit, isFixed) {
  const words = `limit ${limit}${isFixed ? ", fixed" : ""}`;
  propose({
    title: `Go by the ${words}`,
    words: limit === "auto"
      ? "The consumers find out how many calls in flight the platform bears."
      : "Most calls in flight of all consumers together. Those that are in flight end.",
    verb: "Set the limit",
    path: "settings/limits",
    method: "PUT",
    body: { limit, ...isFixed && { fixed: true } },
    reach: reachWords,
    done: (answer) => `The ${words} is set: ${takenWords(answer)}.`,
  });
}

/** Takes all settings back. */
export function proposeReset() {
  propose({
    title: "Take all settings back",
    words:
      "Policy, limits and pauses that were set for the queue end: each consumer goes by what it was started with.",
    verb: "Reset",
    isGrave: true,
    path: "settings",
    method: "DELETE",
    reach: reachWords,
    done: () => "Nothing is set any more: each consumer goes by its own.",
  });
}

/** Limits by value in words, if there are any. @param {import("../answers.ts").ApiByValue | undefined} limits */
export function limitsWords(limits) {
  return limits === undefined ? "each consumer's own" : byValueWords(limits) || "none";
}
