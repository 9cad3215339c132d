import { el, pageDocument, thirdParty } from "../../report/mod.ts";
import { policySummaries } from "../../policies/mod.ts";
import { pageScriptOf } from "./script.ts";
import dialogs from "./style/dialogs.css" with { type: "text" };
import frame from "./style/frame.css" with { type: "text" };
import overview from "./style/overview.css" with { type: "text" };
import parts from "./style/parts.css" with { type: "text" };
import places from "./style/places.css" with { type: "text" };

/** The page of a queue: its HTML, and the policy to be sent with it. */
export interface LivePage {
  readonly html: string;
  readonly policy: string;
}

/** The style beside that of reports: what several places have stands before what one of them has. */
const STYLE = [frame, parts, overview, places, dialogs].join("\n");

/** The places of the page. */
const PLACES = [["#/", "Overview"], ["#/instances", "Instances"], ["#/failures", "Failures"], [
  "#/steering",
  "Steering",
]] as const;

/** A tree, for the browser's tab. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#08703d" d="M8 1 3 9h3l-3 4h4v2h2v-2h4l-3-4h3z"/></svg>',
);

/** Writes the page that shows a queue live and steers it: one document, which asks for data only where it comes from. */
export function livePage(): LivePage {
  return pageDocument({
    title: "Sequoia",
    icon: ICON,
    asks: true,
    style: STYLE,
    data: JSON.stringify({ policies: policySummaries() }),
    script: pageScriptOf(),
    body: [
      el("a", { class: "skip", href: "#place" }, "Skip to the content"),
      el(
        "header",
        { class: "masthead" },
        el("a", { class: "logo", href: "#/" }, "Sequoia"),
        el("nav", { "aria-label": "Places" }, PLACES.map(([href, name]) => el("a", { href }, name))),
      ),
      el("main", { id: "place", tabindex: -1 }, el("p", { class: "dim" }, "Connecting …")),
      el("footer", {}, el("noscript", {}, "The page needs JavaScript."), thirdParty()),
    ],
  });
}
