/** The report as one page: figures, charts to look into, and single instances. */
export { buildDrawnRun, drawn, type DrawnRun, isDrawn, type PageRun, pageRun } from "./drawn.ts";
export { renderHtml } from "./document.ts";
export { htmlPage, type Page, type PageDocument, pageDocument, thirdParty } from "./frame.ts";
export { type Content, el, type Markup } from "./markup.ts";
export { pageScript, WATERFALL } from "./page_script.ts";
export { RunPicture } from "./picture.ts";
