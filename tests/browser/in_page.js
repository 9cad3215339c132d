// Runs in the page: what tests ask of it that the browser's driver does not tell.
globalThis.inPage = {
  /** The number of pixels of a chart that have about a colour of the style. */
  pixels(kind, colour) {
    const style = getComputedStyle(document.documentElement).getPropertyValue(`--${colour}`).trim();
    const wanted = [1, 3, 5].map((at) => parseInt(style.slice(at, at + 2), 16));
    const data = imageOf(document.querySelector(`[data-chart=${kind}]`));
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (wanted.every((part, at) => Math.abs(part - data[i + at]) < 24) && data[i + 3] > 128) count++;
    }
    return count;
  },
  /** The charts that show nothing. */
  blank() {
    return [...document.querySelectorAll("[data-chart]")]
      .filter((figure) => new Set(imageOf(figure).filter((_, i) => i % 4 !== 3)).size < 3)
      .map(({ dataset }) => dataset.chart);
  },
  /** A chart's drawing, to be compared with another. */
  drawing(kind) {
    return document.querySelector(`[data-chart=${kind}] canvas`).toDataURL();
  },
  /** What is outside of a window of this width, or smaller than this. */
  faults(width, leastFont) {
    const scrolls = (element) => element.closest(".wide, .hidden, .plot, .bar, .track") !== null;
    return [...document.querySelectorAll("body *")].flatMap((element) => {
      const { right, width: own } = element.getBoundingClientRect();
      const hasText = [...element.childNodes].some((node) =>
        node.nodeType === 3 && node.textContent.trim() !== ""
      );
      const name = `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`;
      return [
        ...own > 0 && right > width + 0.5 && !scrolls(element) ? [`off-screen: ${name}`] : [],
        ...own > 0 && hasText && parseFloat(getComputedStyle(element).fontSize) < leastFont
          ? [`small: ${name}`]
          : [],
      ];
    });
  },
  /** The parts of the waterfall: their kinds and their widths in percent. */
  parts() {
    return [...document.querySelectorAll(".waterfall .track span")].map(({ className, style }) => [
      className,
      parseFloat(style.width),
    ]);
  },
  /** Where the crosshairs of charts stand. */
  crosshairs(kinds) {
    return kinds.map((kind) => document.querySelector(`[data-chart=${kind}] .u-cursor-x`).style.transform);
  },
  openTables() {
    for (const details of document.querySelectorAll("details")) details.open = true;
  },
  /** Resolves when what was asked for in this frame is drawn. */
  drawn() {
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
  },
};

function imageOf(figure) {
  const canvas = figure.querySelector("canvas");
  const { width, height } = canvas, copy = new OffscreenCanvas(width, height);
  // what is read from often is told so, and that of the page is drawn on by the graphics hardware
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}
