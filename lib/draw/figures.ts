import { type Chain, type ChainNode, meanMs } from "../model/mod.ts";

/**
 * The figures of a chain that are known before it runs, by the means of the declared run times. A node that calls a chain takes
 * as long as that one's critical path; of a map one item is counted, as their number is not known; the node that runs only when
 * the chain has failed is left out.
 */
export interface ChainFigures {
  /** Expected run time of each node, in milliseconds; undefined if none is declared, which counts as 0. */
  readonly expectedMs: readonly (number | undefined)[];
  /** The path that is expected to take the longest; among equals, that of the most nodes. */
  readonly criticalPath: readonly number[];
  /** The time that the chain is expected to take, in milliseconds. */
  readonly criticalMs: number;
  /** The nodes of the stage with the most; a stage is all nodes with as many behind each other before them. */
  readonly widestStage: readonly number[];
  /** The most functions that the stage may have in flight: its nodes, called chains with their own widest stages. */
  readonly width: number;
  /** The run times of all nodes together, in milliseconds. */
  readonly workMs: number;
  /** The functions that declare no time. */
  readonly undeclared: readonly string[];
}

/** Looks at a chain and those that it calls. */
export function figuresOf(chain: Chain): ChainFigures {
  const { subchains = {} } = chain;
  const known = new Map<string, ChainFigures>();
  const calledBy = ({ calls }: ChainNode): ChainFigures | undefined => {
    if (calls === undefined) return undefined;
    const figures = known.get(calls) ?? ownFigures(subchains[calls]!, calledBy);
    known.set(calls, figures);
    return figures;
  };
  return ownFigures(chain, calledBy);
}

function ownFigures(chain: Chain, calledBy: (node: ChainNode) => ChainFigures | undefined): ChainFigures {
  const { nodes, onFailed } = chain;
  const called = nodes.map(calledBy);
  const expectedMs = nodes.map(({ fn }, i) => {
    const inner = called[i];
    if (inner === undefined) return fn.time && meanMs(fn.time);
    return inner.workMs === 0 && inner.undeclared.length > 0 ? undefined : inner.criticalMs;
  });
  const usual = [...nodes.keys()].filter((i) => i !== onFailed);
  const { path, ms } = longestPath(chain, usual, expectedMs);
  const stage = widestOf(chain, usual, (i) => called[i]?.width ?? 1);
  const undeclared = usual.flatMap((i) =>
    called[i]?.undeclared ?? (nodes[i]!.fn.time === undefined ? [nodes[i]!.fn.name] : [])
  );
  return {
    expectedMs,
    criticalPath: path,
    criticalMs: ms,
    widestStage: stage.nodes,
    width: stage.width,
    workMs: usual.reduce((sum, i) => sum + (called[i]?.workMs ?? expectedMs[i] ?? 0), 0),
    undeclared: [...new Set(undeclared)],
  };
}

/** A path by its last node: its duration, its number of nodes, and the node before. */
interface Path {
  readonly ms: number;
  readonly length: number;
  readonly before: number | undefined;
}

function longestPath(
  { nodes }: Chain,
  usual: readonly number[],
  expectedMs: readonly (number | undefined)[],
): { readonly path: number[]; readonly ms: number } {
  const to: Path[] = [];
  const longer = (a: number | undefined, b: number) => {
    if (a === undefined) return b;
    const difference = to[b]!.ms - to[a]!.ms || to[b]!.length - to[a]!.length;
    return difference > 0 ? b : a;
  };
  for (const i of usual) {
    const before = nodes[i]!.after.reduce<number | undefined>(longer, undefined);
    const { ms, length } = before === undefined ? { ms: 0, length: 0 } : to[before]!;
    to[i] = { ms: ms + (expectedMs[i] ?? 0), length: length + 1, before };
  }
  const last = usual.reduce<number | undefined>(longer, undefined)!;
  const path: number[] = [];
  for (let at: number | undefined = last; at !== undefined; at = to[at]!.before) path.push(at);
  return { path: path.reverse(), ms: to[last]!.ms };
}

function widestOf(
  { nodes }: Chain,
  usual: readonly number[],
  widthOf: (node: number) => number,
): { readonly nodes: readonly number[]; readonly width: number } {
  const stageOf: number[] = [];
  const stages: { nodes: number[]; width: number }[] = [];
  for (const i of usual) {
    const at = nodes[i]!.after.reduce((stage, before) => Math.max(stage, stageOf[before]! + 1), 0);
    stageOf[i] = at;
    const stage = stages[at] ??= { nodes: [], width: 0 };
    stage.nodes.push(i);
    stage.width += widthOf(i);
  }
  return stages.reduce((widest, stage) => stage.width > widest.width ? stage : widest);
}
