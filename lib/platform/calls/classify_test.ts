import { assertEquals } from "@std/assert";
import { classify } from "./classify.ts";

const NOW_MS = Date.parse("2026-11-23T12:00:00Z");

const CASES: readonly [
  status: number,
  headers: Record<string, string>,
  expected: ReturnType<typeof classify>,
][] = [
  [429, {}, { kind: "throttled", reason: "throttled with status 429" }],
  [429, { "retry-after": "2" }, {
    kind: "throttled",
    reason: "throttled with status 429",
    retryAfterMs: 2000,
  }],
  [503, { "retry-after": "0" }, { kind: "throttled", reason: "throttled with status 503", retryAfterMs: 0 }],
  [
    503,
    { "retry-after": "Mon, 23 Nov 2026 12:00:05 GMT" },
    { kind: "throttled", reason: "throttled with status 503", retryAfterMs: 5000 },
  ],
  [
    503,
    { "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" },
    { kind: "throttled", reason: "throttled with status 503", retryAfterMs: 0 },
  ],
  [429, { "retry-after": "Mon, 23 Nov 2020 10:00:07 GMT", "date": "Mon, 23 Nov 2020 10:00:00 GMT" }, {
    kind: "throttled",
    reason: "throttled with status 429",
    retryAfterMs: 7000,
  }],
  [429, { "retry-after": "999999999" }, {
    kind: "throttled",
    reason: "throttled with status 429",
    retryAfterMs: 3_600_000,
  }],
  [429, { "retry-after": "soon" }, { kind: "throttled", reason: "throttled with status 429" }],
  [500, { "x-amzn-errortype": "TooManyRequestsException" }, {
    kind: "throttled",
    reason: "throttled with status 500 (AWS)",
  }],
  [503, {}, { kind: "failed", reason: "answered with status 503", retryable: true, cause: "server-error" }],
  [409, {}, { kind: "failed", reason: "answered with status 409", retryable: true }],
  [425, {}, { kind: "failed", reason: "answered with status 425", retryable: true }],
  [501, {}, { kind: "failed", reason: "answered with status 501", retryable: false }],
  [505, {}, { kind: "failed", reason: "answered with status 505", retryable: false }],
  [500, {}, { kind: "failed", reason: "answered with status 500", retryable: true, cause: "server-error" }],
  [502, {}, { kind: "failed", reason: "answered with status 502", retryable: true, cause: "server-error" }],
  [500, { "retry-after": "3" }, {
    kind: "failed",
    reason: "answered with status 500",
    retryable: true,
    cause: "server-error",
    retryAfterMs: 3000,
  }],
  [408, {}, { kind: "failed", reason: "answered with status 408", retryable: true, cause: "timeout" }],
  [400, {}, { kind: "failed", reason: "answered with status 400", retryable: false }],
  [404, {}, { kind: "failed", reason: "answered with status 404", retryable: false }],
  [302, {}, { kind: "failed", reason: "answered with status 302", retryable: false }],
];

for (const [status, headers, expected] of CASES) {
  Deno.test(`classify() takes ${status} ${JSON.stringify(headers)} for ${expected.kind}`, () => {
    assertEquals(classify({ status, headers: new Headers(headers) }, NOW_MS), expected);
  });
}

/** As providers send them: status, headers, body. */
const REFUSALS: readonly [
  provider: string,
  status: number,
  text: string,
  headers?: Record<string, string>,
][] = [
  [
    "Google Cloud Functions and Cloud Run",
    500,
    "The request was aborted because there was no available instance.",
  ],
  [
    "Google Cloud Functions and Cloud Run",
    500,
    "The request was aborted because there was no available instance.\nAdditional troubleshooting documentation can be found at: …",
  ],
  [
    "Azure Functions, and web servers before functions",
    503,
    "<html><h1>Service Unavailable</h1></html>",
  ],
  [
    "Azure Functions, and web servers before functions",
    503,
    "<!DOCTYPE HTML><HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD><BODY><h2>Service Unavailable</h2><hr>" +
    "<p>HTTP Error 503. The service is unavailable.</p></BODY></HTML>",
  ],
  ["Azure Functions, and web servers before functions", 503, "The service is unavailable."],
  ["Azure Functions, and web servers before functions", 503, "HTTP Error 503. The service is unavailable."],
  ["Azure Functions, and web servers before functions", 503, "Server Too Busy"],
  ["Azure Functions, and web servers before functions", 503, ""],
  [
    "Azure Functions, and web servers before functions",
    503,
    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
    "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx/1.18.0 (Ubuntu)</center></body>\r\n</html>\r\n",
  ],
  ["Azure storage and gateways", 503, "{}", { "x-ms-error-code": "ServerBusy" }],
  ["OpenWhisk and IBM Cloud Functions", 503, '{"error":"System is overloaded, try again later.","code":"x"}'],
  ["Knative and Code Engine", 503, "pending request queue full\n"],
  ["Vercel", 503, "A server error has occurred", { "x-vercel-error": "FUNCTION_THROTTLED" }],
];

for (const [provider, status, text, headers = {}] of REFUSALS) {
  Deno.test(`classify() takes ${status} ${JSON.stringify(text.slice(0, 60))} for a throttle of ${provider}`, () => {
    assertEquals(classify({ status, headers: new Headers(headers), text }, NOW_MS), {
      kind: "throttled",
      reason: `throttled with status ${status} (${provider})`,
    });
  });
}

Deno.test("classify() takes what a function says of itself for a failure, whatever words it uses", () => {
  const failures: [number, string][] = [
    [503, '{"error":"the database is unavailable"}'],
    [503, "Service unavailable: the database does not answer"],
    [503, "no healthy upstream"], // of Envoy: its backends are gone
    [503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure"],
    [503, "<html><h1>Service Unavailable</h1><p>The printer is on fire</p></html>"],
    [500, "<html><h1>Service Unavailable</h1></html>"],
    [500, '{"error":"There was no available instance of Printer"}'],
    [500, "System is overloaded, try again later."],
    [502, "Service Unavailable"],
    [400, "The request was aborted because there was no available instance."],
    [500, "RuntimeError: there is no available instance of the database"],
    [503, '{"detail":{"error":"Too many requests in flight"}}'],
    [503, '{"error":"Too many requests to the bank"}'],
    [503, "null"],
  ];
  for (const [status, text] of failures) {
    assertEquals(classify({ status, headers: new Headers(), text }, NOW_MS).kind, "failed", text);
  }
});

Deno.test("classify() takes of a function that may run once only nothing for a throttle that the function may have said", () => {
  const kindOf = (status: number, text: string, headers = {}) =>
    classify({ status, headers: new Headers(headers), text, atMostOnce: true }, NOW_MS).kind;
  for (const text of ["", "Service Unavailable", "<html><h1>Service Unavailable</h1></html>"]) {
    assertEquals(kindOf(503, text), "failed", text);
  }
  for (const [provider, status, text, headers] of REFUSALS) {
    if (provider !== "Azure Functions, and web servers before functions") {
      assertEquals(kindOf(status, text, headers), "throttled", provider);
    }
  }
  assertEquals(kindOf(503, "", { "retry-after": "1" }), "throttled");
});

Deno.test("classify() reads how long to wait as servers really send it", () => {
  const waits: [Record<string, string>, number | undefined][] = [
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": "30s" }, 30_000],
    [{ "retry-after": "250 ms" }, 250],
    [{ "retry-after": "2 minutes" }, 120_000],
    [{ "retry-after": "1h" }, 3_600_000],
    [{ "retry-after": "5, 10" }, 10_000],
    [{ "retry-after": "Mon, 23 Nov 2026 12:00:05 GMT, 7" }, 7000],
    [{ "retry-after": "7, Mon, 23 Nov 2026 12:00:09 GMT" }, 9000],
    [{ "retry-after": "2026-11-23T12:00:03Z" }, 3000],
    [{ "retry-after-ms": "1200.5" }, 1200.5],
    [{ "x-ms-retry-after-ms": "90", "retry-after": "0" }, 90],
    [{ "retry-after": "5 apples, 2" }, 2000],
    [{ "retry-after": "-3" }, undefined],
    [{ "retry-after": ", ," }, undefined],
  ];
  for (const [headers, expected] of waits) {
    const { retryAfterMs } = classify({ status: 429, headers: new Headers(headers) }, NOW_MS);
    assertEquals(retryAfterMs, expected, JSON.stringify(headers));
  }
});
