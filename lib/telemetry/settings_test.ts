import { assert, assertEquals } from "@std/assert";
import { type TraceSettings, traceSettings } from "./settings.ts";

const of = (variables: Record<string, string>) => traceSettings((name) => variables[name] || undefined);

function settingsOf(variables: Record<string, string>): TraceSettings {
  const settings = of({ OTEL_DENO: "true", ...variables });
  assert(!("off" in settings));
  return settings;
}

Deno.test("traceSettings() records nothing unless it is asked to", () => {
  for (
    const variables of [
      {},
      { OTEL_DENO: "1" },
      { OTEL_DENO: "true", OTEL_SDK_DISABLED: "True" },
      { OTEL_DENO: "true", OTEL_TRACES_EXPORTER: "none" },
    ]
  ) assertEquals(of(variables), { off: undefined });
  const other = of({ OTEL_DENO: "true", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" });
  assert("off" in other && other.off?.startsWith("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "));
});

Deno.test("traceSettings() sends to this machine by default", () => {
  const { url, headers, isCompressed, bounds, resource, notes } = settingsOf({});
  assertEquals(url, "http://localhost:4318/v1/traces");
  assertEquals([headers, isCompressed, notes], [{}, false, []]);
  assertEquals(bounds, { delayMs: 5000, mostWaiting: 20_000, batch: 512, timeoutMs: 10_000 });
  assertEquals(resource, { "service.name": "sequoia" });
});

Deno.test("traceSettings() takes the variable for traces rather than the one for all signals", () => {
  const { url, headers, isCompressed, bounds, resource, notes } = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://all.example/otlp/",
    OTEL_EXPORTER_OTLP_HEADERS: "Api-Key=s%20e,x=1",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_TIMEOUT: "500",
    OTEL_BSP_MAX_QUEUE_SIZE: "100",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment.name=test",
  });
  assertEquals(url, "https://all.example/otlp/v1/traces");
  assertEquals(headers, { "api-key": "s e", x: "1" });
  assertEquals([isCompressed, bounds.timeoutMs, bounds.batch, notes], [true, 500, 100, []]);
  assertEquals(resource, { "service.name": "other", "deployment.environment.name": "test" });
  const own = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://all.example",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces.example/in",
    OTEL_SERVICE_NAME: "mine",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=other",
  });
  assertEquals([own.url, own.resource], ["https://traces.example/in", { "service.name": "mine" }]);
});

Deno.test("traceSettings() tells what it cannot use, and goes on with the default; no secret is told", () => {
  const { url, headers, bounds, sampler, notes } = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://x",
    OTEL_EXPORTER_OTLP_HEADERS: "secret-without-a-name,b=%E0%A4%A,c=%0d%0ad,d=1",
    OTEL_BSP_SCHEDULE_DELAY: "-1",
    OTEL_TRACES_SAMPLER: "sometimes",
  });
  assertEquals(url, "http://localhost:4318/v1/traces");
  assertEquals([headers, bounds.delayMs, sampler.ratio], [{ d: "1" }, 5000, 1]);
  assertEquals(notes.map((note) => note.split(":")[0]), [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    ...Array(3).fill("OTEL_EXPORTER_OTLP_HEADERS"),
    "OTEL_TRACES_SAMPLER",
    "OTEL_BSP_SCHEDULE_DELAY",
  ]);
  assert(!notes.join().includes("secret"));
});
