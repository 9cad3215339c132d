import { assert, assertEquals } from "@std/assert";
import protobuf from "protobufjs/light.js";
import { scrapeOf } from "../../../tests/live/scrape.ts";
import { message } from "../../../tests/protobuf_messages.ts";
import { METRICS, type Scrape } from "./metrics.ts";
import { metricsBytes } from "./protobuf.ts";

/** From `io/prometheus/client/metrics.proto`, as far as it is written. */
const FAMILY = protobuf.Root.fromJSON({
  nested: {
    MetricFamily: message({
      ...{ name: [1, "string"], help: [2, "string"], type: [3, "int32"] },
      metric: [4, "Metric", "repeated"],
    }),
    Metric: message({
      ...{ label: [1, "LabelPair", "repeated"], gauge: [2, "Value"], counter: [3, "Value"] },
      histogram: [7, "Histogram"],
    }),
    LabelPair: message({ name: [1, "string"], value: [2, "string"] }),
    Value: message({ value: [1, "double"] }),
    Histogram: message({
      ...{ sampleCount: [1, "uint64"], sampleSum: [2, "double"], bucket: [3, "Bucket", "repeated"] },
      ...{ schema: [5, "sint32"], zeroThreshold: [6, "double"], zeroCount: [7, "uint64"] },
      ...{ positiveSpan: [12, "Span", "repeated"], positiveDelta: [13, "sint64", "repeated"] },
    }),
    Bucket: message({ cumulativeCount: [1, "uint64"], upperBound: [2, "double"] }),
    Span: message({ offset: [1, "sint32"], length: [2, "uint32"] }),
  },
}).lookupType("MetricFamily");

interface Histogram {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly bucket: readonly { readonly cumulativeCount: number; readonly upperBound: number }[];
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positiveSpan: readonly { readonly offset: number; readonly length: number }[];
  readonly positiveDelta: readonly number[];
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: number;
  readonly metric: readonly {
    readonly label: readonly { readonly name: string; readonly value: string }[];
    readonly gauge: { readonly value: number } | null;
    readonly counter: { readonly value: number } | null;
    readonly histogram: Histogram | null;
  }[];
}

function families(scrape: Scrape): Map<string, Family> {
  const bytes = metricsBytes(scrape), reader = protobuf.Reader.create(bytes), read: Family[] = [];
  const options = { longs: Number, defaults: true, arrays: true };
  while (reader.pos < bytes.length) {
    read.push(FAMILY.toObject(FAMILY.decodeDelimited(reader), options) as Family);
  }
  return new Map(read.map((family) => [family.name, family]));
}

/** The counts of a native histogram by the numbers of their buckets. */
function native({ positiveSpan, positiveDelta }: Histogram): [bucket: number, count: number][] {
  const counts: [number, number][] = [];
  let bucket = 0, count = 0;
  for (const { offset, length } of positiveSpan) {
    bucket += offset;
    for (let i = 0; i < length; i++) counts.push([bucket++, count += positiveDelta[counts.length]!]);
  }
  return counts;
}

const WAITS_MS = [0, 0.01, 0.2, 3, 3.1, 250, 300, 301, 5_000_000];

Deno.test("metricsBytes() has the counters and gauges of the text", () => {
  const all = families(scrapeOf(["acme"], WAITS_MS));
  const { type, help, metric: [calls] } = all.get("sequoia_function_calls_started_total")!;
  assertEquals([type, calls!.label, calls!.counter], [
    0,
    [{ name: "function", value: "resize" }],
    { value: WAITS_MS.length },
  ]);
  assertEquals(help, METRICS.find(({ name }) => name === "sequoia_function_calls_started_total")!.help);
  const limit = all.get("sequoia_calls_limit")!;
  assertEquals([limit.type, limit.metric[0]!.gauge], [1, { value: 5 }]);
  assert(!all.has("sequoia_queue_next_due_timestamp_seconds"), "nothing is delayed");
});

Deno.test("metricsBytes() has native histograms whose buckets hold the times that they say", () => {
  const { type, metric } = families(scrapeOf(["acme"], WAITS_MS)).get("sequoia_queueing_seconds")!;
  const histogram = metric[0]!.histogram!, base = 2 ** (2 ** -histogram.schema);
  assertEquals([type, histogram.sampleCount, histogram.zeroCount], [4, WAITS_MS.length, 2]);
  assert(histogram.zeroThreshold < 0.0002, "what counts as zero is shorter than all others");
  const counted = native(histogram);
  for (const [bucket, count] of counted) {
    const within = WAITS_MS.filter((ms) => ms / 1000 > base ** (bucket - 1) && ms / 1000 <= base ** bucket);
    assertEquals(within.length, count, `bucket ${bucket}`);
  }
  assertEquals(counted.reduce((sum, [, count]) => sum + count, histogram.zeroCount), WAITS_MS.length);
  const quarter = histogram.bucket.find(({ upperBound }) => upperBound === 0.25)!;
  assertEquals([quarter.cumulativeCount, histogram.bucket.at(-1)], [
    6,
    { upperBound: Infinity, cumulativeCount: WAITS_MS.length },
  ]);
});

Deno.test("what a total counts as the shortest times is the zero of its native histogram", () => {
  const { metric } = families(scrapeOf(["acme"], [0])).get("sequoia_queueing_seconds")!;
  const { zeroCount, positiveSpan } = metric[0]!.histogram!;
  assertEquals([zeroCount, positiveSpan], [1, []]);
});
