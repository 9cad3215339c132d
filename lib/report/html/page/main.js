import { drawCharts } from "./charts.js";
import { showInstances } from "./instances.js";

/** @type {import("../data.ts").PageData} */
const page = JSON.parse(document.getElementById("data")?.textContent ?? "");

drawCharts(page.runs);
for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-instances]"))) {
  showInstances(place, page);
}
document.documentElement.dataset.ready = "true";
