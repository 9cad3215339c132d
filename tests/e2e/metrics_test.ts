/** `/metrics`, as the parser of Prometheus's Python client reads it; alerts and the board ask only for what is in it. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { parser } from "promql";
import { parse } from "yaml";
import { METRICS } from "../../lib/live/mod.ts";
import { skipped } from "../lanes.ts";
import { pythonWith } from "../requirements.ts";
import { folder, ROOT, run, Running } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db"];

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples:
    readonly (readonly [name: string, labels: Readonly<Record<string, string>>, value: number])[];
}

/** A metric that a query asks for. */
interface Asked {
  readonly query: string;
  readonly metric: string;
  /** The labels by which it is chosen. */
  readonly labels: string[];
}

/** The queries of the alerts, and those of the board: variables of Grafana are durations. */
async function queries(): Promise<string[]> {
  const read = (path: string) => Deno.readTextFile(`${ROOT}/deploy/${path}`);
  const { groups } = parse(await read("prometheus/alerts.yaml")) as {
    groups: { rules: { expr: string }[] }[];
  };
  const { panels } = JSON.parse(await read("grafana/sequoia.json")) as {
    panels: { targets: { expr: string }[] }[];
  };
  return [
    ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "5m"))),
  ];
}

/** The metrics that a query asks for, and the labels that it groups by. @throws {Error} if it is no PromQL */
function askedBy(query: string): { readonly asked: readonly Asked[]; readonly groups: readonly string[] } {
  const asked: Asked[] = [], groups: string[] = [];
  let selectors = 0;
  parser.parse(query).iterate({
    enter: ({ type, name, from, to }) => {
      const text = query.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at "${query.slice(from)}" of: ${query}`);
      if (name === "VectorSelector") selectors++;
      else if (name === "Identifier") asked.push({ query, metric: text, labels: [] });
      else if (name === "LabelName") (selectors > 0 ? asked.at(-1)!.labels : groups).push(text);
    },
    leave: ({ name }) => {
      if (name === "VectorSelector") selectors--;
    },
  });
  return { asked, groups };
}

const PARTS = /_(bucket|sum|count)$/;

/** The labels of a metric; undefined: there is no such metric. */
function labelsOf(metric: string): readonly string[] | undefined {
  const known = METRICS.find(({ name, type }) =>
    name === metric || type === "histogram" && name === metric.replace(PARTS, "")
  );
  return known?.type === "histogram" ? [...known.labels, "le"] : known?.labels;
}

/** The faults of a query. */
function faultsOf(query: string): string[] {
  const { asked, groups } = askedBy(query);
  const all = asked.flatMap(({ metric }) => labelsOf(metric) ?? []);
  return [
    ...asked.flatMap(({ metric, labels }) => {
      const own = labelsOf(metric);
      if (own === undefined) return [`no metric ${metric}`];
      return labels.filter((label) => !own.includes(label)).map((label) => `no label ${label} of ${metric}`);
    }),
    ...groups.filter((label) => !all.includes(label)).map((label) => `no label ${label}`),
  ];
}

Deno.test("alerts and the board ask for metrics and labels that there are", async () => {
  const all = await queries();
  assert(all.length > 20);
  assertEquals(all.flatMap(faultsOf), []);
  assertEquals(faultsOf('sum by (chain) (sequoia_calls_limit{state="x"}) + nothing'), [
    "no label state of sequoia_calls_limit",
    "no metric nothing",
    "no label chain",
  ]);
});

const REAL =
  "a scrape is read by Prometheus's client, bounded, monotone over consumers, and has all that alerts ask for";
const python = await pythonWith("prometheus_client");
if (python === undefined) skipped(REAL, "python3 with prometheus_client is not here");
else {
  Deno.test(REAL, async () => {
    const hostile = 'a"b\\c<script>\x1b[31m';
    await using calls = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("1"),
    );
    await using at = await folder({
      "w.ts": `import { chain, fn, workload } from "sequoia";
const f = fn("resize", { url: "http://127.0.0.1:${calls.addr.port}/" });
export default workload({ chains: ${
        JSON.stringify([hostile, ...Array.from({ length: 60 }, (_, i) => `t${i}`)])
      }.map((tenant, i) => ({ chain: chain("chain" + i, ({ call }) => void call(f)), labels: { tenant } })) });`,
    });
    await using server = new Running(["serve", "--listen", "127.0.0.1:0", "--json", ...QUEUE], at);
    const [, url] = await server.says(/"url":"([^"]+)"/);
    const scrape = async () => await readMetrics(python, await (await fetch(`${url}/metrics`)).text());
    await scrape(); // from now on it follows who comes and goes
    const scrapes: Family[][] = [];
    for (const instances of [300, 600]) {
      await run(["produce", "w.ts", "--burst", "300", "--count", "300", ...QUEUE, "--out", "none"], at);
      await using _ = new Running(["consume", "--metrics-label", "tenant", ...QUEUE, "--out", "none"], at);
      let last = await scrape();
      while (completedIn(last) < instances) last = await scrape(); // at most twice a second: a scrape is a second old
      scrapes.push(last);
    }
    const [first, second] = scrapes as [Family[], Family[]];
    assertMonotone(first, second);
    const names = new Set(second.flatMap(({ samples }) => samples.map(([name]) => name)));
    const absent = new Set(["sequoia_queue_oldest_timestamp_seconds", "sequoia_calls_limit"]); // all has ended; no consumer may be there
    for (const { metric, query } of (await queries()).flatMap((query) => askedBy(query).asked)) {
      assert(names.has(metric) || absent.has(metric), `${metric} is not in the scrape: ${query}`);
    }
    const tenants = new Set(
      second.flatMap(({ samples }) => samples.flatMap(([, { value }]) => value === undefined ? [] : [value])),
    );
    assert(tenants.size <= 51 && tenants.has("other"), [...tenants].join());
    for (const tenant of tenants) assert(!tenant.includes("\x1b"), "control characters are written out");
    for (const { name, help, type, samples } of second) {
      const metric = METRICS.find((each) => each.name === name || each.name === `${name}_total`)!;
      assertEquals([help, type], [metric.help, metric.type]);
      if (type === "histogram") assertHistogram(samples);
    }
  });
}

/** The instances that have completed, by all consumers together. */
function completedIn(families: readonly Family[]): number {
  const all = families.find(({ name }) => name === "sequoia_chain_instances")?.samples ?? [];
  return all.reduce((sum, [, { outcome }, value]) => outcome === "completed" ? sum + value : sum, 0);
}

async function readMetrics(python: string, text: string): Promise<Family[]> {
  const args = ["-B", fileURLToPath(new URL("scrape.py", import.meta.url))];
  const child = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

function assertMonotone(before: readonly Family[], after: readonly Family[]): void {
  const now = new Map(
    after.flatMap(({ samples }) =>
      samples.map(([name, labels, value]) => [JSON.stringify([name, labels]), value])
    ),
  );
  let counted = 0;
  for (const { type, samples } of before) {
    if (type === "gauge") continue;
    for (const [name, labels, value] of samples) {
      const key = JSON.stringify([name, labels]);
      assert(now.get(key)! >= value, `${key} goes from ${value} to ${now.get(key)}`);
      counted++;
    }
  }
  assert(counted > 100, `${counted} counters`);
}

/** Buckets grow up to the count. */
function assertHistogram(samples: Family["samples"]): void {
  const series = Map.groupBy(
    samples.filter(([name]) => name.endsWith("_bucket")),
    ([, { le: _, ...labels }]) => JSON.stringify(labels),
  );
  for (const [key, buckets] of series) {
    const values = buckets.map(([, , value]) => value);
    assertEquals(values, values.toSorted((a, b) => a - b));
    const count = samples.find(([name, labels]) =>
      name.endsWith("_count") && JSON.stringify(labels) === key
    )!;
    assertEquals(values.at(-1), count[2]);
  }
}
