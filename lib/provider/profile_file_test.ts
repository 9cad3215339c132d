import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { exponential } from "../model/mod.ts";
import { ProfileError } from "./errors.ts";
import { profiles } from "./arbitraries.ts";
import { type Profile, PROFILES } from "./profile.ts";
import { profileFile, readProfileFile } from "./profile_file.ts";
import { parseProfile } from "./profile_text.ts";

Deno.test("profileFile() writes what differs from an ideal provider, as the command line does", () => {
  const profile = {
    ...parseProfile("hard-limit,limit=7,keepalive=90s,burst=3,ramp=250/m"),
    name: "measured",
  };
  assertEquals(JSON.parse(profileFile(profile, { evidence: { calls: 12 } })), {
    schema: "sequoia.profile/1",
    name: "measured",
    parameters: { limit: "7", cold: "150ms/500ms", keepalive: "90s", burst: "3", ramp: "250/m" },
    evidence: { calls: 12 },
  });
});

Deno.test("readProfileFile() reads every built-in profile as it was written", () => {
  for (const profile of PROFILES) assertEquals(readProfileFile(profileFile(profile), "file"), profile);
});

/** Without the numbers that say nothing, as they are not written. */
function meaningful(profile: Profile): Profile {
  const { enforced, rampPerS, overload, collapseAfterMs, recoveryMs } = PROFILES[0]!;
  return {
    ...profile,
    ...profile.limit === Infinity && { enforced },
    ...profile.burst === Infinity && { rampPerS },
    ...profile.collapseTo === 1 && { overload, collapseAfterMs, recoveryMs },
  };
}

Deno.test("readProfileFile() reads any profile as it was written, whatever else the file holds", () => {
  const measured = fc.record({
    keepAliveMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    rampPerS: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    enforced: fc.double({ min: 1, max: 50, noNaN: true }),
    backgroundShare: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(profiles, measured, fc.dictionary(fc.stringMatching(/^x/), fc.string()), (of, by, extra) => {
      const profile = meaningful({ ...of, ...by, name: "measured" });
      assertEquals(readProfileFile(profileFile(profile, extra), "file"), profile);
    }),
  );
});

Deno.test("profileFile() refuses a cold start that the command line cannot say", () => {
  const profile = { ...PROFILES[0]!, coldStart: exponential("1s") };
  assertThrows(() => profileFile(profile), TypeError, "of the kind exponential");
});

const file = (parts: object) => JSON.stringify({ schema: "sequoia.profile/1", name: "mine", ...parts });

const BAD: readonly [what: string, text: string, message: string][] = [
  ["no JSON", "{", "Cannot read the profile mine.json: it is not JSON ("],
  ["no object", "[]", "it is no object. Write {"],
  [
    "another schema",
    file({ schema: "sequoia.run/1" }),
    'its schema is "sequoia.run/1". Write "sequoia.profile/1"',
  ],
  ["no schema", "{}", "its schema is missing"],
  ["no name", file({ name: "" }), "it has no name"],
  ["parameters that are none", file({ parameters: ["limit"] }), "its parameters are no object"],
  ["a number", file({ parameters: { limit: 100 } }), '"limit" is no text. Write "limit": "100|none"'],
  ["an unknown parameter", file({ parameters: { limits: "3" } }), 'did you mean "limit"?'],
  ["a bad value", file({ parameters: { cold: "5" } }), 'Cannot read "5" as a duration'],
  ["a parameter of nothing", file({ parameters: { ramp: "5" } }), "it says nothing without burst=…"],
];

for (const [what, text, message] of BAD) {
  Deno.test(`readProfileFile() refuses ${what}`, () => {
    const error = assertThrows(() => readProfileFile(text, "mine.json"), ProfileError, message);
    assertEquals(error.code, "bad-profile");
    assert(error.message.includes("mine.json"), error.message);
  });
}
