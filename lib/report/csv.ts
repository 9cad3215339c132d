import { ALL_METRICS, CHAIN_METRICS, figure, FUNCTION_METRICS, type Metric, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";

/** A report under the name of its run. */
export interface NamedReport {
  /** The name of the run. */
  readonly name: string;
  /** Its report. */
  readonly report: Report;
}

/** Costs are in a column of their own, which only runs have that are priced. */
const COLUMNS = ALL_METRICS.map(({ path }) => path).filter((path) => path !== "cost.total");

/**
 * Writes reports as CSV (RFC 4180, with a header): a row for each run, then one for each of its chains, values of a label and
 * functions, told apart by the column `scope` (of a label: `label:tenant`). Columns are named as in the JSON; what a row has not is empty.
 */
export function renderCsv(runs: readonly NamedReport[]): string {
  const isPriced = runs.some(({ report }) => report.cost !== undefined);
  const header = ["run", "scope", "name", "command", "policy", "limit", "startedAt", ...COLUMNS];
  const rows = runs.flatMap((run) => {
    const rows = rowsOf(run);
    return isPriced ? [...rows.map((row) => [...row, costOf(run, row)]), ...platformRows(run)] : rows;
  });
  return [isPriced ? [...header, "cost"] : header, ...rows].map((row) => row.map(cell).join(",") + "\r\n")
    .join("");
}

type Row = readonly (string | number | null)[];

function rowsOf({ name, report }: NamedReport): Row[] {
  const { command, policy, limit, startedAt } = report.run;
  const row = (
    scope: string,
    of: string,
    metrics: readonly Metric[],
    from: Parameters<typeof figure>[0],
  ): Row => {
    const paths = new Set(metrics.map(({ path }) => path));
    const figures = COLUMNS.map((path) => paths.has(path) ? figure(from, path) : null);
    return [name, scope, of, command, policy, limit, startedAt, ...figures];
  };
  return [
    row("run", "", RUN_METRICS, report),
    ...Object.entries(report.byChain).map(([chain, from]) => row("chain", chain, CHAIN_METRICS, from)),
    ...Object.entries(report.byLabel ?? {}).flatMap(([label, values]) =>
      Object.entries(values).map(([value, from]) => row(`label:${label}`, value, CHAIN_METRICS, from))
    ),
    ...Object.entries(report.byFunction).map(([fn, from]) => row("function", fn, FUNCTION_METRICS, from)),
  ];
}

/** The cost of a run, or of a chain. */
function costOf({ report: { cost } }: NamedReport, [, scope, of]: Row): number | null {
  if (scope === "run") return cost?.total ?? null;
  return scope === "chain" ? cost?.byChain[String(of)] ?? null : null;
}

function platformRows({ name, report: { run, cost } }: NamedReport): Row[] {
  const { command, policy, limit, startedAt } = run;
  return Object.entries(cost?.byPlatform ?? {}).map(([platform, of]) => {
    const figures = COLUMNS.map((path) =>
      path === "functions.attempts" ? of.attempts : path === "functions.throttled" ? of.throttled : null
    );
    return [name, "platform", platform, command, policy, limit, startedAt, ...figures, of.cost];
  });
}

function cell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  // Spreadsheets run what begins so as a formula, and names may come from anywhere (OWASP, "CSV Injection").
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
