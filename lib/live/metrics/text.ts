import { countOf, cumulative } from "./buckets.ts";
import { type HistogramSample, type LabelValues, type Metric, METRICS, type Scrape } from "./metrics.ts";

/** The type of the text, for the header Content-Type. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The metrics of a scrape in Prometheus's text format; a metric without samples is left out. */
export function metricsText(scrape: Scrape): string {
  return METRICS.map((metric) => metricText(metric, scrape)).join("");
}

function metricText(metric: Metric, scrape: Scrape): string {
  const { name, type, help } = metric;
  const lines = metric.type === "histogram"
    ? metric.samples(scrape).flatMap((sample) => histogramLines(name, sample))
    : metric.samples(scrape).map(({ labels, value }) => line(name, labels, value));
  if (lines.length === 0) return "";
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n${
    lines.join("")
  }`;
}

function histogramLines(name: string, { labels, buckets, sum }: HistogramSample): string[] {
  const bucketLines = cumulative(buckets).map(([bound, count]) =>
    line(`${name}_bucket`, { ...labels, le: bound === Infinity ? "+Inf" : String(bound) }, count)
  );
  return [
    ...bucketLines,
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, countOf(buckets)),
  ];
}

function line(name: string, labels: LabelValues, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelValue(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

/** Signs that some reader of the text takes for the end of a line, or that no terminal shows. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/g;

/** A value as the text format has it: control characters are written out, as `\u000d`. */
export function labelValue(text: string): string {
  return text.toWellFormed()
    .replace(CONTROL, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
