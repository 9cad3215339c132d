/** The verdict: one sentence in plain words, with the numbers that carry it. */
import { counted } from "../model/mod.ts";
import type { NamedReport } from "./csv.ts";
import type { Report } from "./schema.ts";
import { formatCount, formatFigure, formatNumber } from "./text.ts";
import { severalVerdict } from "./verdict_several.ts";
import { pairVerdict } from "./verdict_pair.ts";
import { LOSSES } from "./kinds.ts";
import { restsOnUnfinished } from "./unlike.ts";
import { hasNote, nameOf } from "./verdict_words.ts";

/** With fewer chains, a 99th percentile is the slowest of them. */
const ENOUGH = 100;

/**
 * The verdict on a run: how many chains completed, how soon, and what was lost. On several runs: how each differs from the first,
 * or the best from the worst; figures that `compareReports` does not mark as different are none to speak of.
 *
 * @returns a sentence, with its full stop; empty without runs
 */
export function verdictOf(runs: readonly NamedReport[]): string {
  const [first, second, ...others] = runs;
  if (first === undefined) return "";
  if (second === undefined) return sentence(clausesOf(first.report));
  const words = sentence(others.length === 0 ? pairVerdict(first, second) : severalVerdict(runs));
  return runs.some((run) => words.startsWith(nameOf(run))) ? words : capitalized(words);
}

function clausesOf(report: Report): string[] {
  const { chains, functions } = report;
  if (functions.attempts === 0 && chains.submitted === 0) {
    return ["Nothing ran: the log holds no chain and no call"];
  }
  if (chains.submitted === 0) return callClauses(report);
  return [
    `${counted(chains.submitted, "chain")} submitted, ${formatCount(chains.completed)} completed`,
    ...timeClause(report),
    lossClause(report),
    ...chains.unfinished > 0 ? [`${formatCount(chains.unfinished)} had not ended when the log ended`] : [],
    ...deadlineClause(report),
    ...hasNote(report, "growing-backlog") ? ["the backlog was still growing when arrivals ended"] : [],
  ];
}

function callClauses({ functions: f, run_ms }: Report): string[] {
  const { p50, p99 } = run_ms;
  return [
    `${formatCount(f.completed)} of ${counted(f.invocations, "call")} completed`,
    ...p50 === null
      ? []
      : [`half took at most ${formatFigure(p50, "ms")}, 99 % at most ${formatFigure(p99, "ms")}`],
    ...f.failed > 0 ? [`${formatCount(f.failed)} failed`] : [],
    ...f.throttled > 0 ? [`${counted(f.throttled, "attempt")} refused`] : [],
  ];
}

/** The times by which chains were done; nothing where most were never, or none is known. */
function timeClause(report: Report): string[] {
  const { chains, chain_ms: { p50, p99, max } } = report;
  if (chains.submitted === 1) return typeof p50 === "number" ? [`it took ${formatFigure(p50, "ms")}`] : [];
  if (p50 === "never") {
    if (chains.completed === 0) return [];
    return [`half or more were ${restsOnUnfinished(report, "chain_ms.p50") ? "not done yet" : "never done"}`];
  }
  if (p50 === null) return [];
  const half = `half were done within ${formatFigure(p50, "ms")}`;
  const [last, of] = chains.submitted < ENOUGH ? [max, "the slowest"] : [p99, "99 %"];
  return typeof last === "number" ? [`${half}, ${of} within ${formatFigure(last, "ms")}`] : [half];
}

function lossClause({ chains }: Report): string {
  const { lost } = chains;
  if (lost === 0) return "nothing lost";
  const kinds = LOSSES.filter((kind) => chains[kind] > 0);
  const of = kinds.length === 1
    ? `, all ${kinds[0]}`
    : `: ${kinds.map((kind) => `${formatCount(chains[kind])} ${kind}`).join(", ")}`;
  return `${formatCount(lost)} lost (${percent(lost, chains.submitted)})${lost === 1 ? `, ${kinds[0]}` : of}`;
}

function deadlineClause({ deadlines: { met, missed } }: Report): string[] {
  const all = met + missed;
  return all === 0 ? [] : [`${formatCount(met)} of ${counted(all, "deadline")} met`];
}

function percent(part: number, whole: number): string {
  const value = 100 * part / whole;
  return value < 0.01 ? "< 0.01 %" : `${formatNumber(value)} %`;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function sentence(clauses: readonly string[]): string {
  return `${clauses.join("; ")}.`;
}
