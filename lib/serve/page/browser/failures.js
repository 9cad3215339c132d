import { h } from "../../../report/html/page/dom.js";
import { proposeMany, proposeRetryOfCause } from "./actions.js";
import { ask, messageOf } from "./api.js";
import { keepIn, say } from "./keep.js";
import { instanceLink, openTable, panel } from "./parts.js";
import { ago, counted, whole } from "./text.js";

/** @typedef {import("../answers.ts").ApiFailure} ApiFailure */
/** @typedef {import("../answers.ts").ApiFailures} ApiFailures */

/** Between two looks at the dead letters, in milliseconds, if their number has changed; and at least. */
const CAUSES_AGAIN_MS = 3000, ANYWAY_MS = 30_000;
/** Causes that the first screen shows. */
const FIRST_CAUSES = 4;

/** The dead letters by cause, as far as the page needs them now: one look for all who show them. */
export class Failures {
  /** @type {ApiFailures | undefined} */
  answer;
  fault = "";
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #askedAtMs = -Infinity;
  #failed = -1;
  #isAsking = false;

  /** @param {() => void} listener */
  listen(listener) {
    this.#listeners.add(listener);
  }

  /**
   * Asks again, if there is reason to.
   *
   * @param {number} failed the number of dead letters
   */
  update(failed) {
    const nowMs = performance.now(), sinceMs = nowMs - this.#askedAtMs;
    if (this.#isAsking || sinceMs < (failed === this.#failed ? ANYWAY_MS : CAUSES_AGAIN_MS)) return;
    this.#failed = failed;
    void this.refresh();
  }

  async refresh() {
    this.#isAsking = true;
    this.#askedAtMs = performance.now();
    try {
      this.answer = await ask("failures");
      this.fault = "";
    } catch (error) {
      this.fault = messageOf(error);
    }
    this.#isAsking = false;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * The first causes, for the first screen.
 *
 * @param {Failures} failures
 * @returns {HTMLElement}
 */
export function failuresPanel(failures) {
  const list = h("ol.causes", {}), about = h("p.dim", {}, "Asking …");
  failures.listen(() => {
    const { answer, fault } = failures, causes = answer?.groups ?? [];
    keepIn(list, causes.slice(0, FIRST_CAUSES), causeKey, causeItem);
    list.hidden = causes.length === 0;
    const more = causes.length - FIRST_CAUSES;
    say(
      about,
      fault !== ""
        ? fault
        : causes.length === 0
        ? "Nothing has failed."
        : more > 0
        ? `and ${counted(more, "more cause")}`
        : "",
    );
  });
  return panel("What failed", [h("a", { href: "#/failures" }, "All causes")], list, about);
}

/** @param {ApiFailure} cause */
function causeKey({ chain, pattern }) {
  return JSON.stringify([chain, pattern]);
}

/** @param {ApiFailure} first @returns {import("./keep.js").Kept<ApiFailure>} */
function causeItem({ chain, reason }) {
  const number = h("b", {}), when = h("span.dim", {});
  return {
    element: h(
      "li",
      {},
      number,
      h("span.why", { title: reason }, h("b", {}, chain), ` ${reason}`),
      when,
    ),
    update: ({ count, lastAtMs }) => {
      say(number, whole(count));
      say(when, ago(lastAtMs, Date.now()));
    },
  };
}

/**
 * The view of all causes.
 *
 * @param {Failures} failures
 * @returns {{ element: HTMLElement, open(): void }}
 */
export function failuresView(failures) {
  const about = h("p.dim", {}), fault = h("p.bad", { role: "alert" });
  const { element: table, body } = openTable("Dead letters by cause", [
    ["chain", ""],
    ["failed", ""],
    ["reason", "left"],
    ["last", ""],
    ["look at", "left"],
    ["", ""],
  ]);
  const again = () => void failures.refresh();
  const retryAll = h("button", {
    type: "button",
    click: () => proposeMany("retry", { state: "failed" }, again),
  }, "Retry all …");
  failures.listen(() => {
    const { answer } = failures, causes = answer?.groups ?? [];
    keepIn(body, causes, causeKey, (cause) => causeRow(cause, again));
    table.hidden = retryAll.hidden = causes.length === 0;
    say(fault, failures.fault);
    if (answer === undefined) return;
    say(
      about,
      causes.length === 0
        ? "Nothing has failed: there are no dead letters."
        : `${counted(answer.looked, "instance")} failed, of ${counted(causes.length, "cause")}${
          answer.isCut ? "; the queue has more than were looked at" : ""
        }.`,
    );
  });
  return {
    element: h(
      "div",
      {},
      h("h1", {}, "Failures"),
      h("div.strip", {}, about, h("button.quiet", { type: "button", click: again }, "Refresh"), retryAll),
      fault,
      table,
    ),
    open: again,
  };
}

/** @param {ApiFailure} first @param {() => void} again @returns {import("./keep.js").Kept<ApiFailure>} */
function causeRow(first, again) {
  const { chain, reason } = first;
  const number = h("td", {}), when = h("td", {}), examples = h("td.left", {});
  let before = "";
  const retry = () => proposeRetryOfCause(first, again);
  return {
    element: h(
      "tr",
      {},
      h("th", { scope: "row" }, chain),
      number,
      h("td.left.reason", { title: reason }, h("span.why", {}, reason)),
      when,
      examples,
      h(
        "td.act",
        {},
        h(
          "button.quiet",
          { type: "button", "aria-label": `Retry all of ${chain}: ${reason}`, click: retry },
          "Retry all …",
        ),
      ),
    ),
    update: ({ count, lastAtMs, some: ids }) => {
      say(number, whole(count));
      say(when, ago(lastAtMs, Date.now()));
      if (before === ids.join(" ")) return;
      before = ids.join(" ");
      examples.replaceChildren(...ids.slice(0, 2).map((id) => h("span.one", {}, instanceLink(id))));
    },
  };
}
