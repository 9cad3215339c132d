import { type Chain, formatDuration } from "../model/mod.ts";
import { figuresOf } from "./figures.ts";
import { chainWords, expressionWords, listWords, nodeWords } from "./words.ts";

/** Deeper nodes are drawn from the left margin again: else the drawing of a long line would grow with its square. */
const MAX_DEPTH = 16;

/**
 * Draws a chain as a tree, in lines. A node that comes after several stands below the last of them; below the others, and
 * where a deep tree breaks off, `→ name` refers to it. Then come its result, critical path, widest stage and work.
 */
export function drawChain(chain: Chain): string[] {
  const figures = figuresOf(chain);
  const nameOf = (i: number) => chain.nodes[i]!.name;
  const path = listWords(figures.criticalPath.map(nameOf), " → ");
  const stage = listWords(figures.widestStage.map(nameOf));
  const output = chain.output === undefined ? [] : [`output: ${expressionWords(chain.output)}`];
  const { undeclared } = figures;
  const notes = undeclared.length === 0 ? [] : [`no time declared: ${listWords(undeclared)}`];
  const known = (ms: number) => `${notes.length === 0 ? "" : "at least "}${formatDuration(ms)}`;
  const isKnown = notes.length === 0 || figures.workMs > 0;
  return [
    `${chain.name}: ${chainWords(chain).join(", ")}`,
    ...drawNodes(chain, (node) => [nodeWords(chain, node, figures.expectedMs[node]).join(", ")]),
    ...[
      ...output,
      `critical path: ${path}${isKnown ? `; ${known(figures.criticalMs)}` : ""}`,
      `widest stage: ${figures.width} (${stage})`,
      ...(isKnown ? [`expected work: ${known(figures.workMs)}`] : []),
      ...notes,
    ].map((line) => `   ${line}`),
  ];
}

interface Branch {
  readonly node: number;
  /** Only to be named: it is drawn elsewhere. */
  readonly referred: boolean;
}

/**
 * Draws the nodes of a chain as a tree, in lines.
 *
 * @param describe returns the words for a node: behind its name, and in lines of their own below that
 */
export function drawNodes(chain: Chain, describe: (node: number) => readonly string[]): string[] {
  const below = branchesOf(chain);
  const top: Branch[] = chain.nodes.flatMap(({ after }, node) =>
    after.length === 0 ? [{ node, referred: false }] : []
  );
  const lines: string[] = [];
  const draw = (branch: Branch, depth: number, margin: string, isLast: boolean) => {
    const { node } = branch;
    const { name } = chain.nodes[node]!;
    const corner = isLast ? "└─ " : "├─ ";
    const breaksOff = depth >= MAX_DEPTH && !branch.referred;
    if (branch.referred || breaksOff) {
      lines.push(`${margin}${corner}→ ${name}`);
      if (breaksOff) top.push({ node, referred: false });
      return;
    }
    const [words = "", ...more] = describe(node);
    lines.push(`${margin}${corner}${name}  ${words}`.trimEnd());
    const inner = `${margin}${isLast ? "   " : "│  "}`;
    const branches = below[node]!;
    const bar = branches.length > 0 ? "│  " : "   ";
    for (const line of more) lines.push(`${inner}${bar}${line}`.trimEnd());
    branches.forEach((next, i) => draw(next, depth + 1, inner, i === branches.length - 1));
  };
  for (let i = 0; i < top.length; i++) { // grows on the way
    draw(top[i]!, 0, "", i === top.length - 1 && !breaksOffBelow(top[i]!.node));
  }
  return lines;

  function breaksOffBelow(root: number): boolean {
    let level = [root];
    for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
      level = level.flatMap((node) =>
        below[node]!.filter(({ referred }) => !referred).map(({ node }) => node)
      );
    }
    return level.length > 0;
  }
}

/** The branches below each node. */
function branchesOf({ nodes }: Chain): readonly (readonly Branch[])[] {
  const below: Branch[][] = nodes.map(() => []);
  nodes.forEach(({ after }, node) => {
    for (const before of after) below[before]!.push({ node, referred: before !== after.at(-1) });
  });
  return below;
}
