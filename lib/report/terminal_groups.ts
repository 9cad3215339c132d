import type { Report } from "./schema.ts";
import { type Cell, type Style, table } from "./table.ts";
import type { Pen } from "./terminal.ts";
import { formatCount, formatFigure, printable } from "./text.ts";

/** More rows than these are not read on a terminal; --json and --csv have them all. */
const MOST_ROWS = 20;

/** The chains of a run, if there are any. */
export function renderChainTable({ byChain }: Report, pen: Pen): string[] {
  const chains = Object.entries(byChain).filter(([, { chains }]) => chains.submitted > 0);
  if (chains.length === 0) return [];
  const head = dim("chain", "submitted", "done", "lost", "queueing p50", "p99", "time p50", "p99", "share");
  const rows = chains.map(([name, of]): Cell[] => {
    const lost = of.chains.failed + of.chains.dropped;
    return [
      printable(name),
      formatCount(of.chains.submitted),
      formatCount(of.chains.completed),
      lost > 0 ? { text: formatCount(lost), style: "bad" } : "0",
      formatFigure(of.queueing_ms.p50, "ms"),
      formatFigure(of.queueing_ms.p99, "ms"),
      formatFigure(of.chain_ms.p50, "ms"),
      formatFigure(of.chain_ms.p99, "ms"),
      formatFigure(of.share, "share"),
    ];
  });
  return limited(head, rows, "chains", pen);
}

/** The functions of a run, if there are any. */
export function renderFunctionTable({ byFunction }: Report, pen: Pen): string[] {
  const functions = Object.entries(byFunction);
  if (functions.length === 0) return [];
  const anyTold = functions.some(([, { function_ms }]) => function_ms.p50 !== null);
  const head = dim(
    "function",
    "calls",
    "failed",
    "throttled",
    "cold",
    "queueing p50",
    "p99",
    "run p50",
    "p99",
    ...anyTold ? ["inside p50", "p99"] : [],
  );
  const count = (n: number, style: Style): Cell => n > 0 ? { text: formatCount(n), style } : "0";
  const rows = functions.map(([name, { functions: f, queueing_ms, run_ms, function_ms }]): Cell[] => [
    printable(name),
    formatCount(f.invocations),
    count(f.failed, "bad"),
    count(f.throttled, "bad"),
    formatCount(f.coldStarts),
    formatFigure(queueing_ms.p50, "ms"),
    formatFigure(queueing_ms.p99, "ms"),
    formatFigure(run_ms.p50, "ms"),
    formatFigure(run_ms.p99, "ms"),
    ...anyTold ? [formatFigure(function_ms.p50, "ms"), formatFigure(function_ms.p99, "ms")] : [],
  ]);
  return limited(head, rows, "functions", pen);
}

function dim(...words: string[]): Cell[] {
  return words.map((text) => ({ text, style: "dim" }));
}

function limited(head: Cell[], rows: Cell[][], what: string, { width, paint }: Pen): string[] {
  const lines = table([head, ...rows.slice(0, MOST_ROWS)], width, paint);
  const more = rows.length - MOST_ROWS;
  return more > 0 ? [...lines, paint(`and ${formatCount(more)} more ${what}`, "dim")] : lines;
}
