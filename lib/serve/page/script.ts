import { pageScript, WATERFALL } from "../../report/mod.ts";
import actions from "./browser/actions.js" with { type: "text" };
import api from "./browser/api.js" with { type: "text" };
import cards from "./browser/cards.js" with { type: "text" };
import consumers from "./browser/consumers.js" with { type: "text" };
import dialogs from "./browser/dialogs.js" with { type: "text" };
import eventParser from "./browser/event_parser.js" with { type: "text" };
import failures from "./browser/failures.js" with { type: "text" };
import history from "./browser/history.js" with { type: "text" };
import instanceList from "./browser/instance_list.js" with { type: "text" };
import instanceView from "./browser/instance_view.js" with { type: "text" };
import keep from "./browser/keep.js" with { type: "text" };
import linkState from "./browser/link_state.js" with { type: "text" };
import liveCharts from "./browser/live_charts.js" with { type: "text" };
import liveFeed from "./browser/live_feed.js" with { type: "text" };
import main from "./browser/main.js" with { type: "text" };
import nodeRows from "./browser/node_rows.js" with { type: "text" };
import parts from "./browser/parts.js" with { type: "text" };
import recent from "./browser/recent.js" with { type: "text" };
import router from "./browser/router.js" with { type: "text" };
import shares from "./browser/shares.js" with { type: "text" };
import steering from "./browser/steering.js" with { type: "text" };
import text from "./browser/text.js" with { type: "text" };
import verdict from "./browser/verdict.js" with { type: "text" };

/** The modules of the page, each after those that it imports. */
const MODULES = [
  ...[text, router, keep, eventParser, history, verdict, api, parts, liveFeed, linkState, dialogs, actions],
  ...[nodeRows, cards, consumers, liveCharts, shares, instanceList, recent, failures, instanceView, steering],
  main,
];

/** The script of the page, made as that of reports is. */
export function pageScriptOf(): string {
  return pageScript([WATERFALL, ...MODULES]);
}
