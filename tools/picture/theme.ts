/** The colours and types of pictures, in the themes that a page may be shown in. */

/** The themes. */
export const THEMES = ["light", "dark"] as const;
/** One of {@linkcode THEMES}. */
export type Theme = typeof THEMES[number];

const COLOURS: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: {
    page: "#ffffff",
    ink: "#16191d",
    dim: "#565d68",
    line: "#e1e4e9",
    lost: "#d55e00",
    c0: "#0072b2",
    c1: "#d98b00",
    c2: "#009e73",
  },
  dark: {
    page: "#121417",
    ink: "#e8eaed",
    dim: "#a4adb8",
    line: "#30353c",
    lost: "#ff8a4c",
    c0: "#4aa8e0",
    c1: "#f0b429",
    c2: "#2fc49a",
  },
};

/** The style of a picture. Values instead of variables: not every program that shows images knows those. */
export function styleOf(theme: Theme): string {
  return styleIn(COLOURS[theme]);
}

function styleIn({ page, ink, dim, line, lost, ...lines }: Readonly<Record<string, string>>): string {
  return [
    `.page{fill:${page};stroke:${line}}`,
    `text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:${dim}}`,
    `.head{font-size:17px;font-weight:600;fill:${ink}}.caption{font-weight:600;fill:${ink}}.name{fill:${ink}}`,
    `.strong{font-weight:600}.lost{fill:${lost}}.track{fill:${line}}`,
    ...Object.entries(lines).map(([name, colour]) => `.${name}{fill:${colour}}`),
    `.grid{stroke:${line};fill:none}.fair{stroke:${ink};stroke-width:1.5;stroke-dasharray:4 3;fill:none}`,
    `.curve{fill:none;stroke-width:2.5}.whisker{fill:none;stroke:${ink};stroke-width:1.5}`,
    ...Object.entries(lines).map(([name, colour]) => `.curve.${name},.whisker.${name}{stroke:${colour}}`),
  ].join("");
}

/** The style of pictures within the page of a report, in the colours of its theme. */
export const PAGE_STYLE = styleIn({
  page: "var(--panel)",
  ...Object.fromEntries(
    ["ink", "dim", "line", "lost", "c0", "c1", "c2"].map((name) => [name, `var(--${name})`]),
  ),
});
