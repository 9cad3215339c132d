import { h } from "../../../report/html/page/dom.js";
import { duration } from "../../../report/html/page/format.js";
import { keepIn, say } from "./keep.js";
import { openTable, panel } from "./parts.js";
import { percent, rate, whole } from "./text.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiConsumer} ApiConsumer */

/** A consumer that was not heard of for longer, in milliseconds, is marked: it beats once a second. */
const LATE_MS = 2500;

/**
 * The table of the live consumers.
 *
 * @returns {{ element: HTMLElement, update(view: ApiLive): void }}
 */
export function consumersTable() {
  const { element: table, body } = openTable("Consumers", [
    ["consumer", ""],
    ["policy", "left"],
    ["part", ""],
    ["in flight", ""],
    ["of limit", ""],
    ["ready", ""],
    ["holds", ""],
    ["calls/s", ""],
    ["refused", ""],
    ["last beat", ""],
  ]);
  const empty = h("p.dim", {}, "No consumer runs. Start one with ", h("code", {}, "sequoia consume"), ".");
  return {
    element: panel("Consumers", [], empty, table),
    update: ({ consumers }) => {
      keepIn(body, consumers, ({ id }) => id, consumerRow);
      empty.hidden = consumers.length > 0;
      table.hidden = consumers.length === 0;
    },
  };
}

/**
 * @param {ApiConsumer} consumer
 * @returns {import("./keep.js").Kept<ApiConsumer>}
 */
function consumerRow({ host, pid, version }) {
  const policy = h("td.left", {}), cells = Array.from({ length: 8 }, () => h("td", {}));
  const fault = h("span.bad", {});
  return {
    element: h(
      "tr",
      {},
      h("th", { scope: "row" }, `${host} ${pid}`, h("small", {}, `Sequoia ${version}`), fault),
      policy,
      ...cells,
    ),
    update: (of) => {
      const { part = { from: 0, to: 1 }, running, limit, ready, instances, callsPerS, throttled, beatAgoMs } =
        of;
      say(policy, of.policy);
      say(fault, of.settings?.error === undefined ? "" : `does not go by the settings: ${of.settings.error}`);
      [
        percent(part.to - part.from),
        whole(running),
        limit === undefined ? "–" : whole(limit),
        whole(ready),
        whole(instances),
        rate(callsPerS),
        whole(throttled),
        beatAgoMs < 1000 ? "now" : `${duration(Math.round(beatAgoMs / 100) * 100)} ago`,
      ].forEach((text, at) => say(/** @type {HTMLElement} */ (cells[at]), text));
      cells.at(-1)?.classList.toggle("bad", beatAgoMs > LATE_MS);
    },
  };
}
