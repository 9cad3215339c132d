import { assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../model/mod.ts";
import { PlatformError } from "../platform.ts";
import { parseProfile, profileWords } from "./profile_text.ts";
import { Provider } from "./provider.ts";

const provider = (profile: string) => new Provider(parseProfile(profile), seededRandom(1));

Deno.test("Provider.start() refuses what exceeds the limit, until something has ended", () => {
  const at = provider("hard-limit,limit=2,cold=0ms");
  const kinds = ["f", "g", "f"].map((name) => at.start(name, 0).kind);
  assertEquals(kinds, ["started", "started", "refused"]);
  assertEquals(at.running, 2);
  at.end("g", 1);
  assertEquals(at.start("h", 1).kind, "started");
  assertEquals(at.start("h", 1).kind, "refused");
});

Deno.test("Provider.start() is cold unless a container of that function is idle, and not for too long", () => {
  const at = provider("hard-limit,cold=40ms,keepalive=1m");
  assertEquals(at.start("f", 0), { kind: "started", delayMs: 40, cold: true });
  assertEquals(at.start("f", 0), { kind: "started", delayMs: 40, cold: true }, "the first container is busy");
  at.end("f", 100);
  assertEquals(at.start("g", 100), { kind: "started", delayMs: 40, cold: true }, "another function's");
  assertEquals(at.start("f", 60_100), { kind: "started", delayMs: 0, cold: false });
  at.end("f", 60_200);
  assertEquals(
    at.start("f", 120_201),
    { kind: "started", delayMs: 40, cold: true },
    "kept for a minute only",
  );
});

Deno.test("Provider.start() says how long a refused caller should wait", () => {
  const at = provider("hard-limit,limit=1,retryafter=2s");
  at.start("f", 0);
  assertEquals(at.start("f", 0), { kind: "refused", retryAfterMs: 2000 });
});

Deno.test("Provider of the profile ideal never refuses and is never cold", () => {
  const at = provider("ideal");
  for (let i = 0; i < 10_000; i++) {
    assertEquals(at.start("f", 0), { kind: "started", delayMs: 0, cold: false });
  }
});

Deno.test("parseProfile() overrides numbers", () => {
  const { limit, keepAliveMs, speed } = parseProfile("hard-limit,limit=7,keepalive=2s,speed=10");
  assertEquals([limit, keepAliveMs, speed], [7, 2000, 10]);
  assertEquals(parseProfile("hard-limit,limit=none").limit, Infinity);
  assertEquals(
    profileWords(parseProfile("hard-limit,limit=7,cold=1s")),
    "hard-limit (limit 7, cold start 1s)",
  );
});

const BAD: readonly [string, string][] = [
  ["hardlimit", 'Cannot find the profile "hardlimit"; did you mean "hard-limit"?'],
  [
    "ideal,limits=3",
    'Cannot use "limits=3" in the profile ideal,limits=3; did you mean "limit"? Write limit=100|none',
  ],
  ["ideal,limit=0", 'Cannot use "limit=0" in the profile ideal,limit=0: Cannot use the count 0'],
  ["ideal,limit", 'Cannot use "limit" in the profile'],
  ["ideal,cold=5", 'Cannot read "5" as a duration'],
  ["ideal,constructor=5", 'Cannot use "constructor=5"'],
];

for (const [text, message] of BAD) {
  Deno.test(`parseProfile() refuses ${text}`, () => {
    assertThrows(() => parseProfile(text), PlatformError, message);
  });
}
