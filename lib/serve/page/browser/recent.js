import { h } from "../../../report/html/page/dom.js";
import { ask, messageOf } from "./api.js";
import { instanceTable } from "./instance_list.js";
import { say } from "./keep.js";
import { panel } from "./parts.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiInstances} ApiInstances */

/** Instances that the first screen shows. */
const SHOWN = 5;
/** Between two looks, in milliseconds. */
const LISTED_AGAIN_MS = 5000;

/**
 * The newest instances.
 *
 * @returns {{ element: HTMLElement, update(view: ApiLive): void, refresh(): void }}
 */
export function recentPanel() {
  const { element: table, show } = instanceTable("Recent instances", true),
    about = h("p.dim", {}, "Asking …");
  let askedAtMs = -Infinity, isAsking = false;
  const refresh = async () => {
    isAsking = true;
    askedAtMs = performance.now();
    try {
      /** @type {ApiInstances} */
      const { instances } = await ask("instances", { query: { limit: String(SHOWN) } });
      if (!table.matches(":hover, :focus-within") || table.hidden) show(instances, Date.now());
      table.hidden = instances.length === 0;
      say(about, instances.length === 0 ? "The queue has no instances." : "");
    } catch (error) {
      say(about, messageOf(error));
    }
    isAsking = false;
  };
  return {
    element: panel("Recent instances", [h("a", { href: "#/instances" }, "All instances")], table, about),
    update: () => {
      if (!isAsking && performance.now() - askedAtMs > LISTED_AGAIN_MS) void refresh();
    },
    refresh: () => void refresh(),
  };
}
