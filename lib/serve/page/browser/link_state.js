import { h } from "../../../report/html/page/dom.js";
import { say } from "./keep.js";
import { passed } from "./text.js";

/** @typedef {import("./live_feed.js").FeedState} FeedState */

/** What is shown is called old from this age on, in milliseconds. */
const OLD_MS = 5000;

/** The states of the link in words. @type {Record<FeedState, string>} */
const WORDS = {
  connecting: "Connecting",
  streaming: "Live",
  polling: "Polling every 3 s",
  broken: "No connection",
  refused: "Not for this key",
};

/**
 * Says how views come, and how old is what is shown.
 *
 * @returns {{ element: HTMLElement, fault: HTMLElement, seen(): void, tell(state: FeedState, reason: string): void }}
 */
export function linkState() {
  const word = h("b", {}), age = h("span", {}), said = h("span.hidden", { "aria-live": "polite" });
  const element = h(
    "p.link",
    { "data-link": "connecting" },
    h("span.dot", { "aria-hidden": "true" }),
    word,
    " ",
    age,
    said,
  );
  const fault = h("p.fault", { hidden: true });
  /** @type {FeedState} */
  let state = "connecting";
  let seenAtMs = -Infinity, reason = "";
  const show = () => {
    const ageMs = performance.now() - seenAtMs, isOld = ageMs > OLD_MS;
    element.dataset.link = isOld && state === "streaming" ? "old" : state;
    say(fault, reason);
    fault.hidden = state !== "broken" && state !== "refused";
    say(word, WORDS[state]);
    say(
      age,
      seenAtMs === -Infinity ? "" : isOld ? `shows ${passed(ageMs)} ago` : "",
    );
  };
  setInterval(show, 1000);
  show();
  return {
    element,
    fault,
    seen: () => {
      seenAtMs = performance.now();
      show();
    },
    tell: (now, why) => {
      if (now !== state) say(said, `${WORDS[now]}${why === "" ? "" : `: ${why}`}`);
      state = now;
      reason = why;
      show();
    },
  };
}
