import { assertEquals } from "@std/assert";
import { consumerLines, limitWords } from "./consumer_words.ts";

Deno.test("limitWords() names what is limited", () => {
  assertEquals(
    limitWords({ global: 200, functions: { f: 2, g: 3 }, chains: {}, functionRates: {}, rate: 5 }),
    "200, ceilings function=f:2,g:3, rate 5",
  );
  const labels = { tenant: { acme: 5, "*": 20 }, kind: 3 };
  assertEquals(
    limitWords({
      global: 9,
      labels,
      floors: { functions: { f: 2 }, chains: {}, labels: { tenant: { acme: 2 } } },
    }),
    "9, ceilings tenant=acme:5,*:20 kind=*:3, floors function=f:2 tenant=acme:2",
  );
  const rates = {
    rate: { starts: 120, perMs: 60_000 },
    functionRates: { s: { starts: 6, perMs: 3_600_000, burst: 2 }, t: 5, u: { starts: 1, perMs: 1000 } },
  };
  assertEquals(
    limitWords({ global: 9, ...rates }),
    "9, rate 120/m, function rates s=6/h (2 at once) t=5 u=1",
  );
  assertEquals(limitWords({ global: "auto" }), "auto");
  assertEquals(limitWords({ global: 5, fixed: true }), "5, fixed");
  assertEquals(limitWords({ global: 5, fixed: false }), "5");
  assertEquals(limitWords({}), "none in all");
});

Deno.test("consumerLines() shows a consumer a line", () => {
  assertEquals(consumerLines([], "1.2.3"), []);
  const whole = {
    ...{ id: "1", host: "web-1", pid: 4711, version: "1.2.3", policy: "fair-share", limits: { global: 20 } },
    ...{ instances: 7, running: 3, ready: 14, callsPerS: 2.25, throttled: 1, beatAgoMs: 312.4 },
  };
  const lines = consumerLines([whole, {
    ...whole,
    host: "bad\nname",
    part: { from: 0.25, to: 1 },
    limit: 15,
    beatAgoMs: 3120,
  }], "1.2.4");
  assertEquals(lines, [
    "",
    "consumer       in flight  ready  calls/s  throttles  part   beat  version  policy      limits",
    "web-1 4711             3     14      2.3          1   all  312ms  1.2.3    fair-share  20",
    "bad name 4711    3 of 15     14      2.3          1   75%  3.12s  1.2.3    fair-share  20",
  ]);
  assertEquals(consumerLines([whole], "1.2.3"), [
    "",
    "consumer    in flight  ready  calls/s  throttles  policy      limits",
    "web-1 4711          3     14      2.3          1  fair-share  20",
  ]);
});
