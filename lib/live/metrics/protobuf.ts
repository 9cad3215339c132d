/**
 * Prometheus's protobuf form of metrics, which native histograms need: messages `MetricFamily` of
 * `io/prometheus/client/metrics.proto`, each after its length. The numbers and types of fields are those of that file.
 */
import { FieldWriter } from "../../protobuf/mod.ts";
import { ascending, countOf, cumulative } from "./buckets.ts";
import { type HistogramSample, type LabelValues, type Metric, METRICS, type Scrape } from "./metrics.ts";

/** Its type, for the headers Accept and Content-Type. */
export const PROTOBUF_TYPE = "application/vnd.google.protobuf";
/** The type, with what says which messages these are, for the header Content-Type. */
export const PROTOBUF_CONTENT =
  `${PROTOBUF_TYPE}; proto=io.prometheus.client.MetricFamily; encoding=delimited`;

/** The numbers of the types of metrics. */
const TYPES = { counter: 0, gauge: 1, histogram: 4 } as const;
/** The fields of a metric that hold its number. */
const VALUE_FIELDS = { counter: 3, gauge: 2 } as const;
/** Bucket `i` of a total goes up to 2^(i/4) s: that is what schema 2 says. */
const SCHEMA = 2;
/** The bucket of the shortest times, which stands for zero, and its upper bound in seconds. */
const ZERO_BUCKET = -56, ZERO_THRESHOLD = 2 ** (ZERO_BUCKET / 4);

/** The metrics of a scrape, with native histograms and the buckets of the text beside them; a metric without samples is left out. */
export function metricsBytes(scrape: Scrape): Uint8Array<ArrayBuffer> {
  const writer = new FieldWriter();
  for (const metric of METRICS) writeFamily(writer, metric, scrape);
  return writer.finish();
}

function writeFamily(writer: FieldWriter, metric: Metric, scrape: Scrape): void {
  const samples: readonly (() => void)[] = metric.type === "histogram"
    ? metric.samples(scrape).map((sample) => () => writeHistogram(writer, sample))
    : metric.samples(scrape).map(({ labels, value }) => () => {
      writeLabels(writer, labels);
      writer.begin(VALUE_FIELDS[metric.type]).double(1, value).end();
    });
  if (samples.length === 0) return;
  writer.begin().string(1, metric.name).string(2, metric.help).uint32(3, TYPES[metric.type]);
  for (const write of samples) {
    writer.begin(4);
    write();
    writer.end();
  }
  writer.end();
}

function writeLabels(writer: FieldWriter, labels: LabelValues): void {
  for (const [name, value] of Object.entries(labels)) {
    writer.begin(1).string(1, name).string(2, value.toWellFormed()).end();
  }
}

function writeHistogram(writer: FieldWriter, { labels, buckets, sum }: HistogramSample): void {
  writeLabels(writer, labels);
  writer.begin(7).uint64(1, countOf(buckets)).double(2, sum);
  for (const [bound, count] of cumulative(buckets)) writer.begin(3).uint64(1, count).double(2, bound).end();
  writer.sint32(5, SCHEMA).double(6, ZERO_THRESHOLD).uint64(7, buckets.get(ZERO_BUCKET) ?? 0);
  writeNative(writer, ascending(buckets).filter(([bucket]) => bucket > ZERO_BUCKET));
  writer.end();
}

/** Writes runs of buckets, each by its distance from the one before, and each count by its difference from the one before. */
function writeNative(
  writer: FieldWriter,
  buckets: readonly (readonly [bucket: number, count: number])[],
): void {
  let next = 0;
  for (let at = 0; at < buckets.length;) {
    const [first] = buckets[at]!;
    let length = 1;
    while (buckets[at + length]?.[0] === first + length) length++;
    writer.begin(12).sint32(1, first - next).uint32(2, length).end();
    next = first + length;
    at += length;
  }
  let before = 0;
  for (const [, count] of buckets) {
    writer.sint64(13, count - before);
    before = count;
  }
}
