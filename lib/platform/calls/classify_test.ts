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
    reason: "throttled with status 500",
  }],
  [503, {}, { kind: "failed", reason: "answered with status 503", retryable: true, cause: "server-error" }],
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
