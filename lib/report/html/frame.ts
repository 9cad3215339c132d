import licence from "uplot/licence" with { type: "text" };
import uplot from "uplot/script" with { type: "text" };
import uplotStyle from "uplot/style" with { type: "text" };
import base from "./page/base.css" with { type: "text" };
import parts from "./page/parts.css" with { type: "text" };
import theme from "./page/theme.css" with { type: "text" };
import { type Content, el, empty, type Markup } from "./markup.ts";
import { type PagePolicy, policyOf } from "./policy.ts";

/** The content of a page. */
export interface Page {
  readonly title: string;
  /** The small words above the title. */
  readonly brand: string;
  /** Stands below the title. */
  readonly lead?: Content;
  readonly main: Content;
  /** Style of its own, beside that of reports. (Default: none) */
  readonly style?: string;
  /** JSON that the script reads from the element `data`, and the script; left out: there is nothing to draw. */
  readonly drawing?: { readonly data: string; readonly script: string } | undefined;
}

/** Writes one HTML page that needs nothing else, and no network. */
export function htmlPage({ title, brand, lead, main, style = "", drawing }: Page): string {
  return pageDocument({
    title: `Sequoia: ${title}`,
    style,
    body: [
      el("header", { class: "top" }, el("p", { class: "brand" }, brand), el("h1", {}, title), lead),
      el("main", {}, main),
      el("footer", {}, thirdParty()),
    ],
    ...drawing,
  }).html;
}

/** The parts of a page. */
export interface PageDocument {
  readonly title: string;
  readonly body: Content;
  /** Style of its own, beside that of reports. */
  readonly style: string;
  /** JSON that the script reads from the element `data`. (Default: none) */
  readonly data?: string;
  /** (Default: nothing is drawn) */
  readonly script?: string;
  /** A picture for the browser's tab, as a `data:` URL. (Default: none) */
  readonly icon?: string;
  /** Whether its script asks for data where the page comes from. (Default: it needs no network) */
  readonly asks?: boolean;
}

/**
 * Writes one HTML page whose policy allows only the page's own scripts and style, by their hashes, and no network but, if it asks for
 * data, the place that it comes from.
 *
 * @returns the page, and its policy for the header of an answer: that of the page itself does not keep others from framing it
 */
export function pageDocument(
  { title, body, style, data, script, icon, asks = false }: PageDocument,
): { readonly html: string; readonly policy: string } {
  const styles = [uplotStyle, theme, base, parts, style].join("\n");
  const allowed: PagePolicy = {
    styles: [styles],
    scripts: script === undefined ? [] : [uplot, script],
    hasIcon: icon !== undefined,
    asks,
  };
  const policy = policyOf(allowed);
  const page = el(
    "html",
    { lang: "en" },
    el(
      "head",
      {},
      empty("meta", { charset: "utf-8" }),
      empty("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      { html: `<meta http-equiv="Content-Security-Policy" content="${policy}">` },
      empty("meta", { name: "color-scheme", content: "light dark" }),
      icon === undefined ? undefined : empty("link", { rel: "icon", href: icon }),
      el("title", {}, title),
      { html: `<style>${styles}</style>` },
    ),
    el(
      "body",
      {},
      body,
      script === undefined ? undefined : [
        data === undefined
          ? undefined
          : { html: `<script type="application/json" id="data">${data.replaceAll("<", "\\u003c")}</script>` },
        { html: `<script>${uplot}</script>` },
        { html: `<script type="module">${script}</script>` },
      ],
    ),
  );
  return { html: `<!DOCTYPE html>\n${page.html}\n`, policy: `${policy}; frame-ancestors 'none'` };
}

/** The licences of what a page with charts contains. */
export function thirdParty(): Markup {
  return el(
    "details",
    {},
    el("summary", {}, "Charts by uPlot (MIT licence)"),
    el("pre", { tabindex: 0 }, licence.split("\n").map((line): Content => [line, { html: "\n" }])),
  );
}
