/** A picture of a comparison: the charts of an HTML report of two runs, put together as one SVG that needs nothing else. */

/** The themes that a page may be shown in. */
export const THEMES = ["light", "dark"] as const;
/** One of {@linkcode THEMES}. */
export type Theme = typeof THEMES[number];

const WIDTH = 940, TITLE = 34, CAPTION = 24, LEGEND = 24;
/** What the two runs of the demonstration are called in the picture, instead of their files. */
const RUNS = ["without Sequoia", "with Sequoia"] as const;

const LOST = "Chains that did not complete";

interface Figure {
  readonly caption: string;
  readonly height: number;
  /** What stands in its svg element. */
  readonly content: string;
}

/**
 * Puts two charts of a report together: the chains that were lost, and how fairly the others were served.
 *
 * @throws {Error} if the report lacks one of them
 */
export function pictureOf(report: string, theme: Theme): string {
  const lost = figureOf(report, LOST);
  const shares = figureOf(report, "Service under contention");
  const colours = coloursOf(report, theme);
  const top = TITLE + CAPTION, below = top + lost.height + CAPTION + 8;
  const height = below + shares.height + LEGEND;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t">`,
    `<title id="t">A report that compares the same chains without and with Sequoia</title>`,
    `<style>${styleOf(colours)}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    text(16, 25, "The same chains, on a platform that runs 20 calls at once and refuses the others", "head"),
    ...placed(lost, top),
    ...placed(shares, below),
    `<path class="c0 band" d="M160 ${height - 18}l6 -6l6 6l-6 6Z"/>`,
    text(178, height - 14, RUNS[0], "note"),
    `<path class="c1 band" d="M300 ${height - 23}h11v11h-11Z"/>`,
    text(317, height - 14, RUNS[1], "note"),
    "</svg>",
  ].join("\n") + "\n";
}

/** How many chains of how many the first run of a report lost, as its chart says: `67 of 240`. */
export function lostIn(report: string): string {
  return />([\d,]+ of [\d,]+) \(/.exec(figureOf(report, LOST).content)![1]!;
}

function placed({ caption, content }: Figure, y: number): string[] {
  return [text(16, y - 6, caption, "caption"), `<g transform="translate(0 ${y})">${withNames(content)}</g>`];
}

function text(x: number, y: number, words: string, style: string): string {
  return `<text class="${style}" x="${x}" y="${y}">${words}</text>`;
}

/** Names of runs are files; the title of each has the whole name, and the text may be cut. */
function withNames(content: string): string {
  return content.replaceAll(
    /(<text class="name"[^>]*>)[^<]*<title>[^<]*?(without|with)\.json<\/title>/g,
    (_, start: string, run: string) => `${start}${run === "with" ? RUNS[1] : RUNS[0]}`,
  );
}

function figureOf(report: string, caption: string): Figure {
  const [, words, height, content] = new RegExp(
    `<figcaption>(${caption}[^<]*)</figcaption><svg viewBox="0 0 ${WIDTH} ([\\d.]+)"[^>]*>(.*?)</svg>`,
    "s",
  ).exec(report) ?? [];
  if (content === undefined) throw new Error(`Cannot find "${caption}" in the report: it has no such chart`);
  return { caption: words!, height: Number(height), content };
}

/** The colours of the report's own style, by name. */
function coloursOf(report: string, theme: Theme): ReadonlyMap<string, string> {
  const [light = "", dark = ""] = [...report.matchAll(/:root \{ ([^}]*)\}/g)].map(([, body]) => body);
  const both = theme === "light" ? light : light + dark;
  return new Map([...both.matchAll(/--([\w-]+):(#\w+)/g)].map(([, name, colour]) => [name!, colour!]));
}

/** Values instead of variables: not every program that shows images knows those. */
function styleOf(colours: ReadonlyMap<string, string>): string {
  const of = (name: string) => colours.get(name) ?? "gray";
  return [
    `.page{fill:${of("bg")};stroke:${of("line")}}`,
    `text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:${
      of("dim")
    }}`,
    `.head{font-size:17px;font-weight:600;fill:${of("ink")}}`,
    `.caption{font-size:13px;font-weight:600}`,
    `.name,.note{fill:${of("ink")}}`,
    `.grid{stroke:${of("line")}}.axis{stroke:${of("dim")}}`,
    `.limit{fill:none;stroke:${of("ink")};stroke-width:1.5;stroke-dasharray:5 4}`,
    `.mark{stroke:${of("bg")}}`,
    `.c0{fill:${of("c0")}}.c1{fill:${of("c1")}}`,
    `.failed{fill:${of("c1")}}.dropped{fill:${of("c5")}}.shed{fill:${of("c3")}}.unfinished{fill:${
      of("rest")
    }}`,
  ].join("");
}
