import { assertEquals, assertMatch } from "@std/assert";
import { scrapeOf } from "../../../tests/live/scrape.ts";
import { METRICS } from "./metrics.ts";
import { labelValue, metricsText } from "./text.ts";

const textOf = (...of: Parameters<typeof scrapeOf>) => metricsText(scrapeOf(...of));

Deno.test("metricsText() writes counters, gauges and histograms", () => {
  const text = textOf(["acme"], [0, 250, 300, 5_000_000]);
  for (
    const line of [
      "# HELP sequoia_consumers Consumers that live",
      "# TYPE sequoia_consumers gauge",
      "sequoia_consumers 1",
      'sequoia_queue_instances{state="queued"} 1',
      "sequoia_calls_limit 5",
      'sequoia_function_calls_total{function="resize",outcome="ok"} 4',
      'sequoia_chain_instances_total{chain="image",outcome="completed"} 1',
      'sequoia_label_calls_started_total{label="tenant",value="acme"} 4',
      "# TYPE sequoia_label_queueing_seconds histogram",
      'sequoia_label_queueing_seconds_bucket{label="tenant",value="acme",le="0.0009765625"} 1',
      'sequoia_label_queueing_seconds_bucket{label="tenant",value="acme",le="0.25"} 2',
      'sequoia_label_queueing_seconds_bucket{label="tenant",value="acme",le="0.5"} 3',
      'sequoia_label_queueing_seconds_bucket{label="tenant",value="acme",le="+Inf"} 4',
      'sequoia_label_queueing_seconds_sum{label="tenant",value="acme"} 5000.55',
      'sequoia_label_queueing_seconds_count{label="tenant",value="acme"} 4',
      "sequoia_queueing_seconds_count 4",
    ]
  ) assertEquals(text.split("\n").includes(line), true, `${line}\n${text}`);
  assertEquals(text.includes("sequoia_chain_queueing_seconds"), false, "the label's values tell it");
  assertEquals(text.includes("sequoia_queue_next_due"), false, "nothing is delayed");
});

Deno.test("metricsText() has a bounded number of lines whatever the values", () => {
  const text = textOf(Array.from({ length: 500 }, (_, i) => `t${i}`), [100]);
  assertMatch(text, /sequoia_label_calls_started_total\{label="tenant",value="other"\} 450\n/);
  assertEquals(text.split("\n").length < 2500, true);
});

Deno.test("labelValue() keeps a value on its line, and its quotes in it", () => {
  assertEquals(labelValue('a"b\\c\nd'), 'a\\"b\\\\c\\nd');
  assertEquals(labelValue("\r\x1b[31m\u2028\x85"), "\\\\u000d\\\\u001b[31m\\\\u2028\\\\u0085");
  assertEquals(labelValue("\ud800<script>ü"), "\ufffd<script>ü");
});

/** The rules of `promtool check metrics` for a metric. */
function faultsOf({ name, type, help, labels }: typeof METRICS[number]): string[] {
  const rules: [boolean, string][] = [
    [!/^[a-z][a-z0-9_]*$/.test(name), "is not in snake_case"],
    [!name.startsWith("sequoia_"), "has no prefix of the program"],
    [help.trim() === "", "has no help"],
    [(type === "counter") !== name.endsWith("_total"), "is a counter if, and only if, it ends with _total"],
    [/_(count|sum|bucket)$/.test(name), "has the suffix of a part of a histogram"],
    [/_(counter|gauge|histogram|summary)(_|$)/.test(name), "has its type in its name"],
    [/_(ms|milliseconds|minutes|hours|kilobytes|percent)(_|$)/.test(name), "is not in a base unit"],
    [type === "histogram" && !name.endsWith("_seconds"), "is a time without its unit"],
    [labels.some((label) => /^(le|quantile|__.*|job|instance)$/.test(label)), "has a reserved label"],
    [labels.some((label) => !/^[a-z_]+$/.test(label)), "has a label that is not in snake_case"],
    [labels.some((label) => new RegExp(`_by_${label}`).test(name)), "has a label in its name"],
  ];
  return rules.flatMap(([isBroken, words]) => isBroken ? [`${name} ${words}`] : []);
}

Deno.test("names, units and labels are by the conventions of Prometheus", () => {
  assertEquals(METRICS.flatMap(faultsOf), []);
  assertEquals(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  assertEquals(
    faultsOf({ ...METRICS[0]!, name: "Wait_ms", help: "" }).length,
    4,
    "the rules find what breaks them",
  );
});
