/**
 * Prometheus's protobuf form of metrics, which native histograms need: messages `MetricFamily` of
 * `io/prometheus/client/metrics.proto`, each after its length. Fields are written by their numbers and kinds there.
 */
import { Writer } from "protobufjs/minimal.js";
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

/** The ways in which values are written. */
const VARINT = 0, FIXED64 = 1, BYTES = 2;

function tag(field: number, kind: number): number {
  return field << 3 | kind;
}

/** The metrics of a scrape, with native histograms and the buckets of the text beside them; a metric without samples is left out. */
export function metricsBytes(scrape: Scrape): Uint8Array<ArrayBuffer> {
  const writer = Writer.create();
  for (const metric of METRICS) writeFamily(writer, metric, scrape);
  return new Uint8Array(writer.finish());
}

function writeFamily(writer: Writer, metric: Metric, scrape: Scrape): void {
  const samples: readonly (() => void)[] = metric.type === "histogram"
    ? metric.samples(scrape).map((sample) => () => writeHistogram(writer, sample))
    : metric.samples(scrape).map(({ labels, value }) => () => {
      writeLabels(writer, labels);
      writer.uint32(tag(VALUE_FIELDS[metric.type], BYTES)).fork();
      writer.uint32(tag(1, FIXED64)).double(value).ldelim();
    });
  if (samples.length === 0) return;
  writer.fork();
  writer.uint32(tag(1, BYTES)).string(metric.name).uint32(tag(2, BYTES)).string(metric.help);
  writer.uint32(tag(3, VARINT)).uint32(TYPES[metric.type]);
  for (const write of samples) {
    writer.uint32(tag(4, BYTES)).fork();
    write();
    writer.ldelim();
  }
  writer.ldelim();
}

function writeLabels(writer: Writer, labels: LabelValues): void {
  for (const [name, value] of Object.entries(labels)) {
    writer.uint32(tag(1, BYTES)).fork();
    writer.uint32(tag(1, BYTES)).string(name).uint32(tag(2, BYTES)).string(value.toWellFormed()).ldelim();
  }
}

function writeHistogram(writer: Writer, { labels, buckets, sum }: HistogramSample): void {
  writeLabels(writer, labels);
  writer.uint32(tag(7, BYTES)).fork();
  writer.uint32(tag(1, VARINT)).uint64(countOf(buckets)).uint32(tag(2, FIXED64)).double(sum);
  for (const [bound, count] of cumulative(buckets)) {
    writer.uint32(tag(3, BYTES)).fork();
    writer.uint32(tag(1, VARINT)).uint64(count).uint32(tag(2, FIXED64)).double(bound).ldelim();
  }
  writer.uint32(tag(5, VARINT)).sint32(SCHEMA).uint32(tag(6, FIXED64)).double(ZERO_THRESHOLD);
  writer.uint32(tag(7, VARINT)).uint64(buckets.get(ZERO_BUCKET) ?? 0);
  writeNative(writer, ascending(buckets).filter(([bucket]) => bucket > ZERO_BUCKET));
  writer.ldelim();
}

/** Writes runs of buckets, each by its distance from the one before, and each count by its difference from the one before. */
function writeNative(writer: Writer, buckets: readonly (readonly [bucket: number, count: number])[]): void {
  let next = 0;
  for (let at = 0; at < buckets.length;) {
    const [first] = buckets[at]!;
    let length = 1;
    while (buckets[at + length]?.[0] === first + length) length++;
    writer.uint32(tag(12, BYTES)).fork();
    writer.uint32(tag(1, VARINT)).sint32(first - next).uint32(tag(2, VARINT)).uint32(length).ldelim();
    next = first + length;
    at += length;
  }
  let before = 0;
  for (const [, count] of buckets) {
    writer.uint32(tag(13, VARINT)).sint64(count - before);
    before = count;
  }
}
