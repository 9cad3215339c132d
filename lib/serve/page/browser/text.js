import { count, duration } from "../../../report/html/page/format.js";

/**
 * A whole number with groups of three digits.
 *
 * @param {number} value
 * @returns {string}
 */
export function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}

/**
 * A number of things: `1 call`, `1,204 calls`.
 *
 * @param {number} value
 * @param {string} noun in the singular
 * @returns {string}
 */
export function counted(value, noun) {
  return `${whole(value)} ${noun}${Math.round(value) === 1 ? "" : "s"}`;
}

/**
 * A rate per second, as short as it can be read.
 *
 * @param {number} perS
 * @returns {string}
 */
export function rate(perS) {
  return perS > 0 && perS < 0.005 ? "<0.01" : count(perS);
}

/**
 * A time that has passed, in whole seconds.
 *
 * @param {number} ms
 * @returns {string}
 */
export function passed(ms) {
  return duration(Math.max(0, Math.floor(ms / 1000) * 1000));
}

/**
 * A time that is left, in whole seconds: 0 only once it is over.
 *
 * @param {number} ms
 * @returns {string}
 */
export function left(ms) {
  return duration(Math.ceil(ms / 1000) * 1000);
}

/**
 * A time that something waited: parts of a millisecond are no news.
 *
 * @param {number} ms
 * @returns {string}
 */
export function wait(ms) {
  return ms > 0 && ms < 1 ? "<1ms" : duration(ms);
}

/**
 * A part of a whole.
 *
 * @param {number} part from 0 to 1
 * @returns {string}
 */
export function percent(part) {
  return `${Math.round(100 * part)} %`;
}

/**
 * A time of the day, by the viewer's clock.
 *
 * @param {number} ms since 1970
 * @returns {string}
 */
export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/**
 * An instant, by the viewer's clock: the time of the day, before it the day unless that is today.
 *
 * @param {number} ms since 1970
 * @param {number} nowMs
 * @returns {string}
 */
export function instant(ms, nowMs) {
  const date = new Date(ms), isToday = date.toDateString() === new Date(nowMs).toDateString();
  return isToday ? clockTime(ms) : `${date.toLocaleDateString("en-CA")} ${clockTime(ms)}`;
}

/**
 * The time since an instant: `3.2s ago`.
 *
 * @param {number} ms since 1970
 * @param {number} nowMs
 * @returns {string}
 */
export function ago(ms, nowMs) {
  const since = nowMs - ms;
  return since < 1000 ? "just now" : `${passed(since)} ago`;
}

/**
 * A pause in words, as `sequoia queue` writes it.
 *
 * @param {import("../answers.ts").ApiPause} pause
 * @returns {string}
 */
export function pauseWords({ chain, function: fn, label }) {
  const parts = [
    chain === undefined ? "" : `chain ${chain}`,
    fn === undefined ? "" : `function ${fn}`,
    label === undefined ? "" : `label ${label.name}=${label.value}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "everything" : parts.join(", ");
}

/**
 * Limits by value in words, as the command line writes them.
 *
 * @param {import("../answers.ts").ApiByValue} limits
 * @returns {string}
 */
export function byValueWords({ functions = {}, chains = {}, labels = {} }) {
  /** @type {[kind: string, numbers: Readonly<Record<string, number>>][]} */
  const kinds = [["function", functions], ["chain", chains], ...Object.entries(labels)];
  return kinds.flatMap(([kind, numbers]) => {
    const values = Object.entries(numbers).map(([value, number]) => `${value}:${number}`);
    return values.length === 0 ? [] : [`${kind}=${values.join(",")}`];
  }).join(" ");
}
