import { h } from "../../../report/html/page/dom.js";
import { say } from "./keep.js";
import { counted, passed, percent, rate, wait, whole } from "./text.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */

/**
 * A figure with its name, and a line below it.
 *
 * @typedef {{ title: string, value: (view: ApiLive) => string, unit?: (view: ApiLive) => string, below: (view: ApiLive) => string, more?: (view: ApiLive) => string, mood?: (view: ApiLive) => string, part?: (view: ApiLive) => number | undefined, href?: string }} Card
 */

/** @type {readonly Card[]} */
const CARDS = [
  {
    title: "In flight",
    value: ({ inFlight }) => whole(inFlight),
    unit: ({ limit }) => limit === undefined ? "" : `of ${whole(limit)}`,
    below: ({ limit, inFlight, consumers }) =>
      `${limit === undefined ? "no limit" : percent(inFlight / Math.max(1, limit))} · ${
        counted(consumers.length, "consumer")
      }`,
    part: ({ limit, inFlight }) => limit === undefined ? undefined : inFlight / Math.max(1, limit),
  },
  {
    title: "Waiting",
    value: ({ ready, depth }) => whole(ready + depth.queued),
    below: ({ ready, depth: { queued } }) => `${whole(ready)} ready, ${whole(queued)} queued`,
    more: ({ ready, depth: { queued, delayed, oldestSubmittedAtMs: oldest }, atMs }) =>
      [
        delayed > 0 ? `${whole(delayed)} due later` : "",
        oldest === undefined || ready + queued === 0 ? "" : `oldest ${passed(atMs - oldest)}`,
      ].filter((words) => words !== "").join(" · "),
  },
  {
    title: "Calls",
    value: ({ callsPerS }) => rate(callsPerS),
    unit: () => "/s",
    below: ({ completedPerS }) => `${rate(completedPerS)} instances/s complete`,
  },
  {
    title: "Queueing, last minute",
    value: ({ queueingMs: { minute } }) => minute.n === 0 ? "–" : wait(minute.p50),
    unit: ({ queueingMs: { minute } }) => minute.n === 0 ? "" : `p99 ${wait(minute.p99)}`,
    below: ({ queueingMs: { hour }, consumers }) =>
      hour.n > 0
        ? `last hour ${wait(hour.p50)}, p99 ${wait(hour.p99)}`
        : consumers.length === 0
        ? "told by consumers that run" // what those counted that have ended is not known any more
        : "no call in the last hour",
  },
  {
    title: "Refused by platforms",
    value: ({ throttledPerS }) => rate(throttledPerS),
    unit: () => "/s",
    below: ({ callsPerS, throttledPerS }) =>
      throttledPerS === 0
        ? "no throttle"
        : `${percent(throttledPerS / Math.max(callsPerS, throttledPerS))} of the calls`,
    mood: ({ throttledPerS }) => throttledPerS > 0 ? "warn" : "",
  },
  {
    title: "Failed",
    value: ({ depth }) => whole(depth.failed),
    unit: () => "dead letters",
    below: ({ failedPerS }) => failedPerS === 0 ? "none fails now" : `${rate(failedPerS)}/s fail now`,
    mood: ({ depth, failedPerS }) => depth.failed > 0 || failedPerS > 0 ? "bad" : "",
    href: "#/failures",
  },
];

/**
 * The key figures.
 *
 * @returns {{ element: HTMLElement, update(view: ApiLive): void }}
 */
export function keyFigures() {
  const cards = CARDS.map(cardOf);
  return {
    element: h("ul.figures", { "aria-label": "Key figures" }, ...cards.map(({ element }) => element)),
    update: (view) => cards.forEach((card) => card.update(view)),
  };
}

/** @param {Card} card */
function cardOf({ title, value, unit, below, more, mood, part, href }) {
  const number = h("b", {}), words = h("span.unit", {}), line = h("p.dim", {}), another = h("p.dim", {});
  const bar = part === undefined ? undefined : h("span.meter", { "aria-hidden": "true" }, h("span", {}));
  const heading = h("h2", {}, href === undefined ? title : h("a", { href }, title));
  const element = h("li", {}, heading, h("p.value", {}, number, " ", words), bar, line, another);
  return {
    element,
    update: (/** @type {ApiLive} */ view) => {
      say(number, value(view));
      say(words, unit?.(view) ?? "");
      say(line, below(view));
      say(another, more?.(view) ?? "");
      element.className = mood?.(view) ?? "";
      const share = part?.(view), filled = bar?.firstElementChild;
      bar?.toggleAttribute("hidden", share === undefined);
      if (share !== undefined && filled instanceof HTMLElement) {
        filled.style.width = `${Math.min(100, 100 * share)}%`;
      }
    },
  };
}
