/** `sequoia consume --listen`: page, API and metrics of one consumer. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LiveView } from "../../lib/live/mod.ts";
import { folder, run, Running } from "./sequoia.ts";

const CONSUME = ["consume", "--queue", "sqlite:queue.db", "--out", "none"];
/** Most viewers at a time. */
const MOST = 200;

Deno.test("sequoia consume --listen shows that consumer alone, to a bounded number of viewers, and ends in spite of them", async () => {
  await using at = await folder();
  await using other = new Running(CONSUME, at);
  await other.says(/Consuming/);
  await using consumer = new Running([...CONSUME, "--listen", "127.0.0.1:0"], at);
  const [, url] = await consumer.says(/Showing this consumer at (\S+)/);
  const view = await (await fetch(`${url}/v1/live`)).json() as LiveView;
  assertEquals(view.consumers.map(({ pid }) => pid), [consumer.pid]);
  const metrics = await fetch(`${url}/metrics`);
  assertEquals(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertMatch(await metrics.text(), /^sequoia_consumers 1$/m);
  const binary = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const accept = `${binary};q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2`; // as Prometheus asks for native histograms
  const families = await fetch(`${url}/metrics`, { headers: { accept } });
  assertEquals(families.headers.get("content-type"), binary.replaceAll(";", "; "));
  assertMatch(await families.text(), /sequoia_queueing_seconds/);
  assertMatch(await (await fetch(url!)).text(), /^<!DOCTYPE html>/i);
  const views = await Promise.all(Array.from({ length: MOST }, () => fetch(`${url}/v1/events`)));
  assert(views.every(({ status }) => status === 200));
  const refused = await fetch(`${url}/v1/events`);
  assertEquals([refused.status, refused.headers.get("retry-after"), (await refused.json()).code], [
    503,
    "30",
    "unavailable",
  ]);
  const reader = views[0]!.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n\nevent: live\n")) text += (await reader.read()).value;
  assertMatch(text, /^retry: 2000\n\nevent: live\ndata: \{/);
  consumer.signal("SIGINT");
  assertEquals((await consumer.endsWithin(30_000)).code, 130);
  await Promise.allSettled([reader.cancel(), ...views.slice(1).map(({ body }) => body!.cancel())]);
});

Deno.test("sequoia consume --listen takes loopback addresses alone: whoever calls may steer", async () => {
  await using at = await folder();
  const { code, stderr } = await run([...CONSUME, "--listen", "0.0.0.0:7071"], at);
  assertEquals(code, 2);
  assertMatch(stderr, /cannot listen at 0\.0\.0\.0, where other machines could steer the queue/);
});
