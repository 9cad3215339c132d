/** Profiles and calls for the property tests of this folder. */
import fc from "fast-check";
import { constant, lognormal } from "../model/mod.ts";
import { type Profile, PROFILES } from "./profile.ts";
import type { TestCall } from "./testing.ts";

/** Profiles of small numbers, in any combination. */
export const profiles: fc.Arbitrary<Profile> = fc.record({
  limit: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.constant(Infinity)),
  enforced: fc.constantFrom(1, 1, 1.2, 2.5, Infinity),
  queue: fc.nat(6),
  coldStart: fc.constantFrom(constant(0), constant(30), lognormal(20, 200)),
  keepAliveMs: fc.constantFrom(0, 50, 5000, Infinity),
  allocation: fc.constantFrom(1, 1, 1.3, 4),
  burst: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity)),
  rampPerS: fc.constantFrom(0.3, 7, 100),
  backgroundQueue: fc.nat(6),
  backgroundShare: fc.constantFrom(0.01, 0.3, 0.5, 1),
  backgroundPerS: fc.constantFrom(3, 70, Infinity),
  httpFirst: fc.boolean(),
  collapseTo: fc.constantFrom(0.1, 0.4, 1),
  overload: fc.constantFrom(1, 1.5, 3),
  collapseAfterMs: fc.constantFrom(0, 40, 300),
  recoveryMs: fc.constantFrom(1, 500, 20_000),
}).map((parts) => ({ ...PROFILES[0]!, ...parts }));

/** A call, and the time after which it follows the one before. */
export type ArrivingCall = TestCall & { readonly afterMs: number };

/** Calls of a few functions. */
export const arrivals: fc.Arbitrary<ArrivingCall[]> = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 0, 0, 1, 3, 20, 100, 1000),
    name: fc.constantFrom("f", "g", "h"),
    runMs: fc.constantFrom(0, 1, 10, 90, 400),
    mode: fc.constantFrom("http", "http", "background"),
    patienceMs: fc.constantFrom(10, 200, Infinity),
  }),
  { maxLength: 120, size: "max" },
);
