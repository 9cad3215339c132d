import { figure, type Metric } from "./metrics.ts";
import { rankOf } from "./quantity.ts";
import type { Report } from "./schema.ts";
import { formatCount } from "./text.ts";

/** Numbers of chains that differ by less than this part are taken for one load. */
const ALIKE = 0.05;

/** The reason why a figure of two runs does not say which is better; undefined: it does. */
export function unlike(first: Report, other: Report, { path, unit, better }: Metric): string | undefined {
  if (better === undefined) return undefined;
  const reason = unlikeRuns(first, other);
  if (reason !== undefined) return reason;
  if (path.startsWith("queueing_ms.") && first.run.queue !== other.run.queue) return queueWords(first, other);
  const [a, b] = [first.chains, other.chains], n = formatCount;
  if (path.startsWith("completed_") && a.completed * b.submitted !== b.completed * a.submitted) {
    const of = [b, a].map(({ completed, submitted }) => `${n(completed)} of ${n(submitted)}`);
    return `only completed chains, ${of.join(" against ")}`;
  }
  const open = restsOnUnfinished(other, path)
    ? "this"
    : restsOnUnfinished(first, path)
    ? "the first"
    : undefined;
  if (open !== undefined && figure(first, path) !== figure(other, path)) {
    const { unfinished, submitted } = open === "this" ? b : a;
    return `${n(unfinished)} of ${n(submitted)} chains had not ended when the log of ${open} run ended`;
  }
  const isSum = unit === "count" || unit === "s" || path.startsWith("cost.");
  if (isSum && !path.startsWith("concurrency.") && differs(a.submitted, b.submitted)) {
    return `${n(b.submitted)} chains arrived, not ${n(a.submitted)}`;
  }
  return undefined;
}

/**
 * Whether a time of chains is "never" only because some had not ended when the log ended: they may have completed since.
 *
 * @param path the path of the figure, `chain_ms.p50`
 */
export function restsOnUnfinished(report: Report, path: string): boolean {
  const [, statistic = ""] = /^(?:chain_ms|slowdown)\.(\w+)$/.exec(path) ?? [];
  if (statistic === "" || figure(report, path) !== "never") return false;
  const { submitted, completed, unfinished } = report.chains, percent = /^p(\d+)$/.exec(statistic)?.[1];
  return completed + unfinished >= (percent === undefined ? submitted : rankOf(Number(percent), submitted));
}

/** The reason why no figure of two runs says which is better; undefined: some do. */
export function unlikeRuns(first: Report, other: Report): string | undefined {
  if (first.run.clock !== other.run.clock) return "one run is simulated, the other is not";
  if (arrived(first) !== arrived(other)) return "other chains arrived";
  return undefined;
}

function differs(a: number, b: number): boolean {
  return a !== b && Math.abs(a - b) >= ALIKE * a;
}

/** The chains that were submitted, and not only called, as a text to compare. */
function arrived({ byChain }: Report): string {
  const names = Object.keys(byChain).filter((name) => {
    const { submitted, called } = byChain[name]!.chains;
    return submitted > called;
  });
  return JSON.stringify(names.sort());
}

function queueWords({ run: { queue: first } }: Report, { run: { queue: other } }: Report): string {
  if (first === null || other === null) {
    return `calls queue in ${first === null ? "this" : "the first"} run only`;
  }
  const where = { sequoia: "in a consumer", provider: "at the provider" };
  return `calls queue ${where[other]} here, and ${where[first]} in the first run`;
}
