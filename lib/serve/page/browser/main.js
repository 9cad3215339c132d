import { h } from "../../../report/html/page/dom.js";
import { keyFigures } from "./cards.js";
import { consumersTable } from "./consumers.js";
import { askForKeys, keyButton, saidElement } from "./dialogs.js";
import { Failures, failuresPanel, failuresView } from "./failures.js";
import { History } from "./history.js";
import { instancesView } from "./instance_list.js";
import { instanceView } from "./instance_view.js";
import { keepIn, say } from "./keep.js";
import { linkState } from "./link_state.js";
import { liveCharts } from "./live_charts.js";
import { feed } from "./live_feed.js";
import { recentPanel } from "./recent.js";
import { placeOfHash } from "./router.js";
import { sharesTable } from "./shares.js";
import { steeringView } from "./steering.js";
import { notesOf, verdictOfView } from "./verdict.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/**
 * What the page shows at a place.
 *
 * @typedef {object} Section
 * @property {HTMLElement} element
 * @property {(place: import("./router.js").Place) => void} [open] called when the viewer goes there
 * @property {() => void} [close] called when the viewer goes away
 * @property {(view: ApiLive) => void} [update] called with each view while it is shown
 */

/** @type {{ policies: readonly { name: string, summary: string }[] }} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "");
const place = /** @type {HTMLElement} */ (document.getElementById("place"));
const history = new History(), failures = new Failures();

/** @type {Section} */
const overview = overviewOf();
const one = instanceView();
/** Those that are no single instance, by the first part of their addresses. */
const sections = new Map(
  /** @type {[string, Section][]} */ ([
    ["instances", instancesView()],
    ["failures", failuresView(failures)],
    ["steering", steeringView(data.policies)],
  ]),
);
let shown = overview;
const link = linkState();

/** @type {ApiLive | undefined} */
let last;

askForKeys();
document.querySelector("header nav")?.after(link.element, keyButton());
place.before(link.fault);
document.body.append(saidElement());
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  place.focus();
});
addEventListener("hashchange", () => go(true));
go(false);
feed((view) => {
  last = view;
  history.add(view);
  link.seen();
  update();
}, link.tell);

/** The first screen. */
function overviewOf() {
  const word = h("h1", {}, "Overview"), words = h("p.headline", {}), notes = h("ul.notes", {});
  const verdict = h("div.verdict", {}, word, words, notes);
  const figures = keyFigures(), charts = liveCharts(history), shares = sharesTable(history);
  const causes = failuresPanel(failures), consumers = consumersTable(), recent = recentPanel();
  return {
    element: h(
      "div.overview",
      {},
      verdict,
      figures.element,
      h("div.split-view", {}, h("div", {}, shares.element, causes, recent.element), charts.element),
      consumers.element,
    ),
    open: () => recent.refresh(),
    update: (/** @type {ApiLive} */ view) => {
      const { mood, word: title, words: text } = verdictOfView(view);
      verdict.dataset.mood = mood;
      say(word, title);
      say(words, text);
      keepIn(
        notes,
        notesOf(view),
        (note) => note,
        (note) => ({ element: h("li", {}, note), update: () => {} }),
      );
      figures.update(view);
      charts.update();
      shares.update(view);
      consumers.update(view);
      recent.update(view);
      document.title = `${title} · Sequoia`;
    },
  };
}

/** Shows the place that the address names. @param {boolean} hasMoved whether the viewer went there just now */
function go(hasMoved) {
  const to = placeOfHash(location.hash), [section = "", id] = to.parts;
  shown.close?.();
  shown = section === "instances" && id !== undefined ? one : sections.get(section) ?? overview;
  place.replaceChildren(shown.element);
  shown.open?.(to);
  for (const link of document.querySelectorAll("header nav a")) {
    const isHere =
      placeOfHash(link.getAttribute("href") ?? "").parts[0] === (shown === overview ? undefined : section);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  update();
  if (!hasMoved) return;
  scrollTo(0, 0);
  place.focus({ preventScroll: true });
}

function update() {
  if (last === undefined) return;
  failures.update(last.depth.failed);
  shown.update?.(last);
  document.documentElement.dataset.atMs = String(last.atMs);
  document.documentElement.dataset.ready = "true";
}
