import type { Chain, ChainNode } from "../model/mod.ts";
import { figuresOf } from "./figures.ts";
import { chainWords, nodeWords } from "./words.ts";

/**
 * Draws chains as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), in lines: each chain is a subgraph,
 * a map a box with double sides, a call of another chain a stadium with a dotted arrow to that one.
 *
 * @param workloads the chains of each, with those that they call
 */
export function drawMermaid(workloads: readonly (readonly Chain[])[]): string[] {
  const lines = ["flowchart TD"];
  let count = 0;
  for (const chains of workloads) {
    const ids = new Map(chains.map(({ name }) => [name, `c${count++}`]));
    for (const chain of chains) lines.push(...subgraph(chain, ids.get(chain.name)!));
    for (const { name, nodes } of chains) {
      nodes.forEach(({ calls }, i) => {
        if (calls !== undefined) lines.push(`  ${ids.get(name)}n${i} -.-> ${ids.get(calls)}`);
      });
    }
  }
  return lines;
}

function subgraph(chain: Chain, id: string): string[] {
  const { expectedMs } = figuresOf(chain);
  return [
    `  subgraph ${id}["${escape(`${chain.name}: ${chainWords(chain).join(", ")}`)}"]`,
    ...chain.nodes.map((node, i) => {
      const label = [node.name, ...nodeWords(chain, i, expectedMs[i])].map(escape).join("<br>");
      const [open, close] = shapeOf(node, i === chain.onFailed);
      return `    ${id}n${i}${open}"${label}"${close}`;
    }),
    ...chain.nodes.flatMap(({ after }, i) => after.map((before) => `    ${id}n${before} --> ${id}n${i}`)),
    "  end",
  ];
}

function shapeOf({ map, calls }: ChainNode, isOnFailed: boolean): readonly [open: string, close: string] {
  if (isOnFailed) return ["{{", "}}"];
  if (map !== undefined) return ["[[", "]]"];
  return calls === undefined ? ["[", "]"] : ["([", "])"];
}

/** In quoted texts, Mermaid has entities for what means something to it, or to the HTML that it makes. */
function escape(text: string): string {
  return text.replace(/[#"<>&`\\]/g, (sign) => `#${sign.codePointAt(0)};`);
}
