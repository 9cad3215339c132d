import { counted } from "../model/mod.ts";
import { compareReports } from "./compare.ts";
import type { NamedReport } from "./csv.ts";
import type { FigureValue } from "./figure_types.ts";
import type { Mark } from "./mark.ts";
import type { Report } from "./schema.ts";
import { formatCount, formatFigure, formatNumber, printable } from "./text.ts";
import { unlikeRuns } from "./unlike.ts";
import { caveatsOf, nameOf } from "./verdict_words.ts";

/** The most differences that a verdict names, besides losses. */
const MOST_DIFFERENCES = 3;

/** A difference in one figure. @returns words that follow on the name of the second run; undefined: they need other words */
type Difference = (first: Report, second: Report) => Words | undefined;

/** Words for a difference. */
interface Words {
  /** Whether they are about the second run: its name, or "it", goes before them. */
  readonly isOfRun: boolean;
  readonly text: string;
}

/** The figures in which runs may differ, the weightiest first. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  "deadlines.met": ({ deadlines: a }, { deadlines: b }) => {
    const [all, before] = [b.met + b.missed, a.met + a.missed];
    const of = all === before ? "" : ` of ${formatCount(before)}`;
    return ofRun(
      `met ${formatCount(b.met)} of ${counted(all, "deadline")} instead of ${formatCount(a.met)}${of}`,
    );
  },
  "fairness.minShare": ({ fairness: a }, { fairness: b }) => {
    const least = `the least-served ${b.by === null ? "chain" : printable(b.by)}`;
    return alone(`${least} got ${share(b.minShare)} of its fair share instead of ${share(a.minShare)}`);
  },
  "chain_ms.p50": ({ chain_ms: a }, { chain_ms: b }) =>
    b.p50 === "never"
      ? alone(`the median chain was never done instead of after ${time(a.p50)}`)
      : alone(`the median chain took ${time(b.p50)} instead of ${time(a.p50)}`),
  "chain_ms.p99": ({ chain_ms: a }, { chain_ms: b }) =>
    a.p99 === "never" || b.p99 === "never"
      ? undefined
      : alone(`99 % of chains took at most ${time(b.p99)} instead of ${time(a.p99)}`),
  "goodput.chainsPerS": ({ goodput: a }, { goodput: b }) =>
    ofRun(`completed ${rate(b.chainsPerS)} chains/s in good time instead of ${rate(a.chainsPerS)}`),
  "cost.total": ({ cost: a }, { cost: b }) =>
    a && b && ofRun(`cost ${formatNumber(b.total)} instead of ${formatNumber(a.total)}`),
};

/** Those of runs of single calls. */
const CALL_DIFFERENCES: Readonly<Record<string, Difference>> = {
  "functions.throttled": ({ functions: a }, { functions: b }) =>
    ofRun(`had ${counted(b.throttled, "attempt")} refused instead of ${formatCount(a.throttled)}`),
  "run_ms.p50": ({ run_ms: a }, { run_ms: b }) =>
    alone(`the median call took ${time(b.p50)} instead of ${time(a.p50)}`),
  "run_ms.p99": ({ run_ms: a }, { run_ms: b }) =>
    alone(`99 % of calls took at most ${time(b.p99)} instead of ${time(a.p99)}`),
  "throughput.functionsPerS": ({ throughput: a }, { throughput: b }) =>
    ofRun(`completed ${rate(b.functionsPerS)} calls/s instead of ${rate(a.functionsPerS)}`),
};

/** The verdict on two runs, clause by clause: how the second differs from the first. */
export function pairVerdict(first: NamedReport, second: NamedReport): string[] {
  const [a, b] = [first.report, second.report], [nameA, nameB] = [nameOf(first), nameOf(second)];
  const rows = new Map(compareReports([a, b]).map(({ metric, runs }) => [metric.path, runs[1]!]));
  const reason = unlikeRuns(a, b);
  if (reason !== undefined) return [`No verdict on ${nameB} against ${nameA}: ${reason}`];
  const isMarked = (path: string) => (rows.get(path)?.mark ?? "same" satisfies Mark) !== "same";
  const isOfChains = a.chains.submitted + b.chains.submitted > 0;
  const differences = Object.entries(isOfChains ? DIFFERENCES : CALL_DIFFERENCES)
    .filter(([path]) => isMarked(path)).flatMap(([, words]) => words(a, b) ?? []).slice(0, MOST_DIFFERENCES);
  const losses = isOfChains ? [lossWords(nameA, a, nameB, b)] : [];
  const caveats = caveatsOf([first, second]);
  if (![...rows.keys()].some(isMarked)) {
    return [
      `No difference beyond chance: ${losses[0] ?? callWords(nameA, a, nameB, b)}`,
      ...losses.length > 0 ? medians(nameA, a, nameB, b) : [],
      ...caveats,
    ];
  }
  return [...losses, ...named(differences, nameB, losses[0]?.startsWith(nameB) ?? false), ...caveats];
}

function named(differences: readonly Words[], name: string, isNamed: boolean): string[] {
  let subject = isNamed ? "it" : name;
  return differences.map(({ isOfRun, text }) => {
    if (!isOfRun) return text;
    const words = `${subject} ${text}`;
    subject = "it";
    return words;
  });
}

function lossWords(nameA: string, { chains: a }: Report, nameB: string, { chains: b }: Report): string {
  const [lostA, lostB] = [a.lost, b.lost], n = formatCount;
  const open = (name: string, count: number) => count === 0 ? [] : [`${n(count)} of ${name}`];
  const opens = [...open(nameB, b.unfinished), ...open(nameA, a.unfinished)];
  const rest = opens.length === 0 ? "" : `, ${opens.join(" and ")} had not ended when the log ended`;
  if (lostA + lostB === 0) return `neither ${nameA} nor ${nameB} lost a chain${rest}`;
  const of = a.submitted === b.submitted ? "" : ` of ${n(a.submitted)}`;
  return `${nameB} lost ${lostB === 0 ? "none" : n(lostB)} of ${counted(b.submitted, "chain")}, ` +
    `${nameA} ${lostA === 0 ? "none" : n(lostA)}${of}${rest}`;
}

function medians(nameA: string, { chain_ms: a }: Report, nameB: string, { chain_ms: b }: Report): string[] {
  if (typeof a.p50 !== "number" || typeof b.p50 !== "number") return [];
  return [`the median chain took ${time(a.p50)} in ${nameA} and ${time(b.p50)} in ${nameB}`];
}

function callWords(nameA: string, a: Report, nameB: string, b: Report): string {
  if (a.run_ms.p50 === null || b.run_ms.p50 === null) return `neither ${nameA} nor ${nameB} completed a call`;
  return `the median call took ${time(a.run_ms.p50)} in ${nameA} and ${time(b.run_ms.p50)} in ${nameB}`;
}

function ofRun(text: string): Words {
  return { isOfRun: true, text };
}

function alone(text: string): Words {
  return { isOfRun: false, text };
}

function time(value: FigureValue): string {
  return formatFigure(value, "ms");
}

function share(value: FigureValue): string {
  return formatFigure(value, "share");
}

function rate(value: number | null): string {
  return value === null ? "an unknown number of" : formatNumber(value);
}
