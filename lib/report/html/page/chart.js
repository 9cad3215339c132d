import { colour, h, onTheme, table } from "./dom.js";
import { logTicks } from "./format.js";

/** @typedef {import("./group.js").Group} Group */
/** @typedef {import("uplot")} Plot */
/** @typedef {import("uplot").AlignedData} AlignedData */

/**
 * A line of a chart.
 *
 * @typedef {object} Line
 * @property {string} key lines of one key are hidden together, in all charts
 * @property {string} label "": the legend leaves it out
 * @property {string} colour the name of a colour of the style
 * @property {number[]} [dash]
 * @property {"soft" | "full"} [fill] down to the axis
 * @property {number} [width] in pixels (Default: 1.5; 0: no line)
 * @property {boolean} [isStep] whether a value holds until the next one
 * @property {(at: number) => string} value for people, at a point of the data
 */

/**
 * @typedef {object} Spec
 * @property {string} title
 * @property {readonly Line[]} lines
 * @property {(from: number, to: number, columns: number, hidden: ReadonlySet<string>) => (number | null)[][]} sample the values
 *   of the axis, and those of each line at them
 * @property {(value: number) => string} formatX
 * @property {(value: number) => string} formatY
 * @property {number[]} [steps] between ticks of the horizontal axis
 * @property {(max: number) => number} [top] of the vertical axis, by the greatest value that is drawn
 * @property {number} [bottom] (Default: 0)
 * @property {boolean} [isLogY]
 * @property {(plot: Plot) => void} [paint] draws more, on top
 * @property {(x: number, y: number) => string} [read] words for a place, instead of the lines' values
 * @property {() => { head: string[], rows: string[][] }} table the same as text
 */

/** @type {typeof import("uplot")} */
const UPlot = Reflect.get(globalThis, "uPlot");

/** Of a logarithmic axis: round times, all of them with their names. @type {import("uplot").Axis} */
const roundTicks = {
  splits: (_plot, _axis, min, max) => logTicks(min, max),
  filter: (_plot, splits) => splits,
};

/** @type {Set<string>} The keys of the lines that are hidden. */
const hidden = new Set();

/** @type {Set<Chart>} */
const allCharts = new Set();
onTheme(() => {
  for (const chart of allCharts) chart.paint();
});

/** A chart in its figure: the canvas, the legend with the values under the crosshair, and the table behind it. */
export class Chart {
  /** @type {Plot} */
  #plot;
  #host;
  #spec;
  #group;
  /** @type {HTMLElement[]} */
  #values = [];
  #place;
  /** @type {HTMLElement[]} */
  #parts = [];
  #isSeen = true;
  #isStale = false;
  /** @type {{ disconnect(): void }[]} */
  #observers = [];

  /**
   * @param {HTMLElement} figure
   * @param {Spec} spec
   * @param {Group} group
   */
  constructor(figure, spec, group) {
    this.#spec = spec;
    this.#group = group;
    this.#host = h("div.plot", {
      tabindex: 0,
      role: "group",
      "aria-roledescription": "chart",
      "aria-label":
        `${spec.title}. Arrow keys move the crosshair, with shift the part that is shown; plus and minus zoom, 0 shows all.`,
      keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#place = h("p.place", { "aria-live": "polite" }, " ");
    this.#parts = [this.#place, this.#host, ...this.#legend(), this.#table()];
    figure.append(...this.#parts);
    this.#plot = new UPlot(this.#options(), this.#data(), this.#host);
    this.#plot.over.addEventListener("wheel", (/** @type {WheelEvent} */ event) => this.#wheel(event), {
      passive: false,
    });
    const resized = new ResizeObserver(() => this.#resize());
    const seen = new IntersectionObserver(([entry]) => this.#see(entry?.isIntersecting ?? true));
    for (const observer of [resized, seen]) observer.observe(this.#host);
    this.#observers = [resized, seen];
    group.add(this);
    allCharts.add(this);
  }

  /** Takes it out of its figure and its group. */
  remove() {
    for (const observer of this.#observers) observer.disconnect();
    allCharts.delete(this);
    this.#group.remove(this);
    this.#plot.destroy();
    for (const part of this.#parts) part.remove();
  }

  /** Draws it again, in the colours of now, also if nobody sees it: it may be printed. */
  paint() {
    if (this.#isStale) this.#draw();
    this.#plot.redraw(false, true);
  }

  /** Draws what its group shows; if nobody sees it, as soon as somebody does. */
  show() {
    this.#isStale = true;
    if (this.#isSeen) this.#draw();
  }

  /** @param {boolean} isSeen */
  #see(isSeen) {
    this.#isSeen = isSeen;
    if (isSeen && this.#isStale) this.#draw();
  }

  #draw() {
    const { from, to } = this.#group.seen;
    this.#isStale = false;
    this.#plot.batch(() => {
      this.#plot.setData(this.#data(), false);
      this.#plot.setScale("x", { min: from, max: to });
    });
    this.#read();
  }

  /** Shows the lines that are not hidden. */
  hide() {
    this.#spec.lines.forEach(({ key }, i) => {
      const isShown = !hidden.has(key);
      if (this.#plot.series[i + 1]?.show !== isShown) this.#plot.setSeries(i + 1, { show: isShown });
      this.#values[i]?.parentElement?.setAttribute("aria-pressed", String(isShown));
    });
    this.show();
  }

  /** @returns {AlignedData} */
  #data() {
    const { from, to } = this.#group.seen;
    const columns = Math.max(50, Math.floor(this.#host.clientWidth - 60));
    return /** @type {AlignedData} */ (this.#spec.sample(from, to, columns, hidden));
  }

  /** @returns {import("uplot").Options} */
  #options() {
    const { lines, formatX, formatY, steps, top = (max) => max * 1.08, bottom = 0, isLogY = false, paint } =
      this.#spec;
    const group = this.#group, { from, to } = group.seen;
    const axis = {
      stroke: () => colour("dim"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { stroke: () => colour("line"), width: 1, size: 4 },
      font: '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    };
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, setScale: false },
        sync: { key: group.key, setSeries: false, scales: ["x", null] },
        points: {
          size: 7,
          width: 1.5,
          stroke: (_plot, i) => colour(lines[i - 1]?.colour ?? "ink"),
          fill: () => colour("bg"),
        },
        bind: {
          dblclick: () => () => (group.reset(), null),
          mousedown: (plot, _target, act) => (event) => event.shiftKey ? this.#drag(plot, event) : act(event),
        },
      },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: {
          time: false,
          distr: group.isLog ? 3 : 1,
          range: (_plot, min, max) => [min, max],
          min: from,
          max: to,
          auto: false,
        },
        y: isLogY
          ? { distr: 3, range: () => [bottom, top(0)] }
          : { range: (_plot, _min, max) => [bottom, top(Math.max(max ?? 0, 0)) || 1] },
      },
      axes: [
        {
          ...axis,
          values: (_plot, splits) => splits.map((split) => split === null ? "" : formatX(split)),
          space: 64,
          size: 28,
          ...steps && { incrs: steps },
          ...group.isLog && roundTicks,
        },
        {
          ...axis,
          values: (_plot, splits) => splits.map((split) => split === null ? "" : formatY(split)),
          size: (_plot, texts) => axisWidth(texts),
          ...isLogY && roundTicks,
        },
      ],
      series: [{}, ...lines.map((line) => seriesOf(line))],
      hooks: {
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [() => this.#read()],
        draw: paint === undefined ? [] : [paint],
      },
    };
  }

  #size() {
    const { clientWidth, clientHeight } = this.#host;
    return { width: Math.max(200, clientWidth), height: clientHeight > 0 ? clientHeight : 210 };
  }

  #resize() {
    const { width, height } = this.#size();
    if (width === this.#plot.width) return;
    this.#plot.setSize({ width, height });
    this.show();
  }

  /** @param {Plot} plot */
  #select(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#group.show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  /**
   * Moves what is shown with the mouse.
   *
   * @param {Plot} plot
   * @param {MouseEvent} event
   * @returns {null}
   */
  #drag(plot, event) {
    event.preventDefault();
    let x = event.clientX;
    const end = new AbortController();
    const move = (/** @type {MouseEvent} */ { clientX }) => {
      this.#group.pan((x - clientX) / plot.over.clientWidth);
      x = clientX;
    };
    addEventListener("mousemove", move, { signal: end.signal });
    addEventListener("mouseup", () => end.abort(), { signal: end.signal });
    return null;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    const plot = this.#plot;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#group.zoom(Math.exp(event.deltaY / 300), plot.posToVal(event.offsetX, "x"));
    } else if (this.#group.isZoomed && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.#group.pan(event.deltaX / plot.over.clientWidth);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const group = this.#group, by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined && event.shiftKey) group.step(by);
    else if (by !== undefined) this.#move(by);
    else if (event.key === "+" || event.key === "=") group.zoom(0.5);
    else if (event.key === "-") group.zoom(2);
    else if (event.key === "0" || event.key === "Escape") group.reset();
    else return;
    event.preventDefault();
  }

  /** @param {number} by */
  #move(by) {
    const plot = this.#plot, { clientWidth, clientHeight } = plot.over, { left = -10 } = plot.cursor;
    const from = left < 0 ? clientWidth / 2 : left + by * Math.max(4, clientWidth / 100);
    plot.setCursor({ left: Math.min(clientWidth - 1, Math.max(0, from)), top: clientHeight / 2 });
  }

  /** Shows the values under the crosshair. */
  #read() {
    const plot = this.#plot;
    if (plot === undefined) return;
    const { idx, left = -10, top = -10 } = plot.cursor, { lines, formatX, read } = this.#spec;
    const isOut = left < 0 || typeof idx !== "number";
    const x = isOut ? 0 : plot.posToVal(left, "x");
    this.#place.textContent = isOut
      ? " "
      : read === undefined
      ? `at ${formatX(x)}`
      : read(x, plot.posToVal(top, "y"));
    lines.forEach(({ value, key }, i) => {
      const place = this.#values[i];
      if (place !== undefined) place.textContent = isOut || hidden.has(key) ? "" : value(idx);
    });
  }

  /** @returns {HTMLElement[]} */
  #legend() {
    if (this.#spec.read !== undefined) return [];
    return [
      h(
        "ul.legend",
        { "aria-label": `Lines of ${this.#spec.title}` },
        ...this.#spec.lines.map(({ key, label, colour, dash, fill }, i) => {
          if (label === "") return undefined;
          const value = this.#values[i] = h("b", {});
          const toggle = () => {
            if (!hidden.delete(key)) hidden.add(key);
            for (const chart of allCharts) chart.hide();
          };
          const sign = h(`i.${colour}${fill === "full" ? "" : dash === undefined ? ".line" : ".dashed"}`, {});
          return h(
            "li",
            {},
            h("button", { type: "button", "aria-pressed": "true", click: toggle }, sign, label, " ", value),
          );
        }),
      ),
    ];
  }

  #table() {
    const details = h("details", {}, h("summary", {}, "as a table"));
    details.addEventListener("toggle", () => {
      details.querySelector(".wide")?.remove();
      if (!/** @type {HTMLDetailsElement} */ (details).open) return;
      const { head, rows } = this.#spec.table();
      const place = { tabindex: 0, role: "group", "aria-label": `${this.#spec.title}, as a table` };
      details.append(h("div.wide", place, table(head, rows)));
    });
    return details;
  }
}

/** The least width of the axis at the left, and about that of one of its characters and of what stands beside them, in pixels. */
const AXIS = { least: 52, character: 7, beside: 16 };

/** The width of the axis at the left: "16m 40s" takes more than "20". @param {string[] | null} texts null: not known yet */
function axisWidth(texts) {
  const longest = Math.max(0, ...(texts ?? []).map(({ length }) => length));
  return Math.max(AXIS.least, AXIS.beside + AXIS.character * longest);
}

/**
 * @param {Line} line
 * @returns {import("uplot").Series}
 */
function seriesOf({ key, label, colour: name, dash, fill, width = 1.5, isStep = false }) {
  const { stepped, linear } = UPlot.paths;
  const paths = isStep ? stepped?.({ align: 1 }) : linear?.();
  return {
    label,
    show: !hidden.has(key),
    stroke: () => colour(name),
    width,
    points: { show: false },
    ...dash && { dash },
    ...fill && { fill: () => fill === "full" ? colour(name) : `${colour(name)}33` },
    ...paths && { paths },
  };
}
