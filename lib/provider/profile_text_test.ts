import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { constant, lognormal } from "../model/mod.ts";
import { ProfileError } from "./errors.ts";
import { profileNames, PROFILES } from "./profile.ts";
import {
  parseProfile,
  profileFileOf,
  profileParameters,
  profileSummaries,
  profileWords,
} from "./profile_text.ts";

Deno.test("parseProfile() finds the built-in profiles", () => {
  assertEquals(profileNames(), [
    "ideal",
    "hard-limit",
    "ramp",
    "background",
    "collapse",
    "aws-lambda",
    "openwhisk",
    "ibm",
    "gcf",
    "azure",
  ]);
  for (const profile of PROFILES) assertEquals(parseProfile(profile.name), profile);
});

Deno.test("parseProfile() overrides any number", () => {
  const text =
    "ideal,limit=7,enforced=1.5,queue=8,retryafter=1s,cold=20ms,keepalive=2s,allocation=3,burst=3,ramp=300/m," +
    "backgroundqueue=9,backgroundshare=0.5,backgroundrate=4,httpfirst=no,collapse=0.2,overload=2," +
    "collapseafter=5s,recovery=1m,speed=10";
  assertEquals(parseProfile(text), {
    name: "ideal",
    limit: 7,
    enforced: 1.5,
    queue: 8,
    retryAfterMs: 1000,
    coldStart: constant(20),
    keepAliveMs: 2000,
    allocation: 3,
    burst: 3,
    rampPerS: 5,
    backgroundQueue: 9,
    backgroundShare: 0.5,
    backgroundPerS: 4,
    httpFirst: false,
    collapseTo: 0.2,
    overload: 2,
    collapseAfterMs: 5000,
    recoveryMs: 60_000,
    speed: 10,
  });
  assertEquals(parseProfile("ideal,cold=150ms/500ms").coldStart, lognormal("150ms", "500ms"));
});

Deno.test("parseProfile() takes none for what a provider does not do", () => {
  const text =
    "background,limit=none,queue=none,keepalive=none,burst=none,backgroundqueue=none,backgroundrate=none,collapse=none";
  const { limit, queue, keepAliveMs, burst, backgroundQueue, backgroundPerS, collapseTo } = parseProfile(
    text,
  );
  assertEquals([limit, queue, keepAliveMs, burst, backgroundQueue, backgroundPerS, collapseTo], [
    Infinity,
    0,
    Infinity,
    Infinity,
    0,
    Infinity,
    1,
  ]);
});

Deno.test("profileParameters() writes each parameter as it can be read, and all of them", () => {
  const parameters = profileParameters();
  for (const [form] of parameters) {
    const [key, values = ""] = form.split("=");
    const base = key === "ramp" ? "ramp" : "collapse";
    for (const value of values.split("|")) parseProfile(`${base},${key}=${value}`);
  }
  assertEquals(parameters.length, Object.keys(PROFILES[0]!).length - 1, "all but the name");
});

Deno.test("profileWords() says what a profile does", () => {
  assertEquals(
    profileWords(parseProfile("hard-limit,limit=7,cold=1s")),
    "hard-limit (limit 7, cold start 1s)",
  );
  assertEquals(
    profileWords(parseProfile("background,cold=0ms,burst=5,ramp=60/m,collapse=0.25")),
    "background (limit 100, cold start none, queue 1000, burst 5, then 60 a minute, " +
      "background queue 10000, background share 0.5, collapses to 0.25)",
  );
});

Deno.test("profileWords() says what of a limit is enforced", () => {
  assertEquals(profileWords(parseProfile("ibm,cold=0ms")), "ibm (limit 1000, 1200 run, cold start none)");
  assertStringIncludes(profileWords(parseProfile("gcf")), "limit 1000, not enforced");
  assertStringIncludes(profileWords(parseProfile("azure")), "makes 2 times the containers");
});

Deno.test("profileFileOf() tells files from names", () => {
  const files = ["./mine.json,limit=5", "mine.json", "/etc/mine"].map(profileFileOf);
  assertEquals(files, ["./mine.json", "mine.json", "/etc/mine"]);
  assertEquals(["ideal", "hard-limit,cold=150ms/500ms"].map(profileFileOf), [undefined, undefined]);
});

Deno.test("profileSummaries() names each profile with its numbers", () => {
  assertEquals(profileSummaries().slice(0, 3), [
    ["ideal", "limit none, cold start none"],
    ["hard-limit", "limit 100, cold start 171ms"],
    ["ramp", "limit 1000, cold start 171ms, burst 500, then 500 a minute"],
  ]);
});

const BAD: readonly [string, string][] = [
  [
    "hardlimit",
    'Cannot find the profile "hardlimit"; did you mean "hard-limit"? Choose from ideal, hard-limit, ramp',
  ],
  ["lambda", 'Cannot find the profile "lambda". Choose from'],
  [
    "ideal,limits=3",
    'Cannot use "limits=3" in the profile ideal,limits=3; did you mean "limit"? Choose from limit, enforced, queue',
  ],
  ["ideal,limit=0", 'Cannot use "limit=0" in the profile ideal,limit=0: Cannot use the count 0'],
  ["ideal,limit=5=6", 'Cannot read "5=6" as a count'],
  ["ideal,limit", 'Cannot use "limit" in the profile ideal,limit. Write limit=100 or limit=none'],
  ["ideal,cold=5", 'Cannot read "5" as a duration'],
  ["ideal,cold=500ms/150ms", "the second must not be less"],
  ["ideal,constructor=5", 'Cannot use "constructor=5"'],
  ["background,backgroundshare=0", 'Cannot use the part "0"'],
  ["background,backgroundshare=1.1", 'Cannot use the part "1.1"'],
  ["background,httpfirst=maybe", 'Cannot read "maybe". Write yes or no'],
  ["collapse,overload=0.9", 'Cannot use the factor "0.9"'],
  ["collapse,recovery=0s", "it must be longer than 0"],
  ["hard-limit,allocation=0.5", 'Cannot use the factor "0.5"'],
  ["ideal,enforced=1.2", "it says nothing without limit=…"],
  [
    "hard-limit,ramp=5",
    'Cannot use "ramp=5" in the profile hard-limit,ramp=5: it says nothing without burst=…',
  ],
  ["hard-limit,recovery=5s", "it says nothing without collapse=…"],
];

for (const [text, message] of BAD) {
  Deno.test(`parseProfile() refuses ${text}`, () => {
    assertThrows(() => parseProfile(text), ProfileError, message);
  });
}
