import { el, empty, type Markup } from "./markup.ts";

/** A part of a bar: its width as a part of the bar's (0 to 1), and the class of its colour. */
export interface BarPart {
  readonly part: number;
  readonly colour: string;
}

/**
 * A bar of parts, as wide as its place. It says nothing that does not stand beside it as text, so readers of screens skip it.
 *
 * @param mark where a line crosses it, as a part of its width
 */
export function bar(parts: readonly BarPart[], mark?: number): Markup {
  let from = 0;
  const rects = parts.filter(({ part }) => part > 0).map(({ part, colour }) => {
    const rect = empty("rect", {
      class: colour,
      x: percent(from),
      y: 0,
      width: percent(part),
      height: "100%",
    });
    from += part;
    return closed(rect);
  });
  const line = mark === undefined
    ? undefined
    : closed(empty("rect", { class: "mark", x: percent(mark), y: 0, width: 2, height: "100%" }));
  return el("svg", { class: "bar", "aria-hidden": "true", focusable: "false" }, rects, line);
}

function closed({ html }: Markup): Markup {
  return { html: html.replace(/>$/, "/>") };
}

function percent(part: number): string {
  return `${Math.round(Math.max(0, Math.min(1, part)) * 10_000) / 100}%`;
}
