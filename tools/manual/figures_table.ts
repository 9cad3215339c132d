import { CHAIN_METRICS, type Metric, RUN_METRICS, type Unit } from "../../lib/report/metrics.ts";
import type { Interfaces, Member } from "./interfaces.ts";
import { code, plain, table } from "./markdown.ts";

const UNITS: Readonly<Record<Unit, string>> = {
  ms: "ms",
  count: "count",
  times: "number",
  perS: "per second",
  share: "ratio",
};

/**
 * All figures of a report, in the order of the command line's, with the documentation of the report's types.
 *
 * @throws {Error} if a figure has none
 */
export function figuresTable(types: Interfaces): string {
  const rows = [
    ...new Map(
      [...RUN_METRICS, ...CHAIN_METRICS].map((
        metric,
      ) => [metric.path.replace(/(?<=_ms|slowdown)\..*/, ""), metric]),
    ),
  ];
  return table(
    ["figure", "unit", "better", "meaning"],
    rows.map(([path, metric]) => [
      code(path === metric.path ? path : `${path}.*`),
      UNITS[metric.unit],
      metric.better ?? "",
      plain(meaningOf(path, metric, types)),
    ]),
  );
}

/** The documentation of the last member on a path from the report, or else of its type. */
function meaningOf(path: string, { label }: Metric, types: Interfaces): string {
  let members: readonly Member[] = [...types.membersOf("Report"), ...types.membersOf("ChainReport")];
  let found: Member | undefined;
  for (const key of path.split(".")) {
    found = members.find(({ name }) => name === key);
    members = found !== undefined && types.has(found.type) ? types.membersOf(found.type) : [];
  }
  if (found === undefined || found.text === "") {
    throw new Error(
      `Cannot explain the figure "${path}" (${label}): lib/report/schema.ts says nothing of it`,
    );
  }
  return found.text;
}
