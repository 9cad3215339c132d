/** Drawings of chains: as trees of text and as Mermaid flowcharts, with what can be said of a chain before it is run. */
export { figuresOf } from "./figures.ts";
export { drawMermaid } from "./mermaid.ts";
export { outlineOf } from "./outline.ts";
export { drawChain, drawNodes } from "./tree.ts";
export { withCalled } from "./with_called.ts";
export { calleeWords, listWords, oneLine } from "./words.ts";
