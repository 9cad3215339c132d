/** The systems that are compared, each with the rule by which it chooses. */
import { type Policy, policyOf } from "sequoia/scheduler";
import {
  attainedLevels,
  firstCome,
  leastInUse,
  quietFirst,
  roundRobin,
  type Rule,
  RuleDispatcher,
  startTimeFair,
  tokenBuckets,
} from "./rules.ts";
import { SequoiaDispatcher } from "./sequoia.ts";
import type { Setting, System } from "./world.ts";

const byRule = (name: string, rule: (setting: Setting) => Rule): System => ({
  name,
  make: (setting) => new RuleDispatcher(rule(setting), setting.slots),
});

const sequoia = (name: string, policy: Policy): System => ({
  name: `Sequoia, \`${name}\``,
  make: ({ slots }) => new SequoiaDispatcher(policy, slots),
});

/** Systems that choose between tenants. */
export const OVER_TENANTS: readonly System[] = [
  byRule("first come, first served", firstCome),
  byRule("round robin, as Hatchet", () => roundRobin(false)),
  byRule("fairness weights, as Temporal", () => roundRobin(true)),
  byRule("quiet first, as SQS fair queues", quietFirst),
  byRule("token buckets, as BWFQ", ({ callsPerS, tenants }) => tokenBuckets(callsPerS, tenants)),
  byRule("least in use, as Kueue", leastInUse),
  byRule("start-time fair queueing, as MQFQ", startTimeFair),
  sequoia("fair-share --by tenant", policyOf("fair-share", { by: "tenant" })),
];

/** Systems that choose between programs, that is, chains. */
export const OVER_PROGRAMS: readonly System[] = [
  byRule("first come, first served", firstCome),
  byRule("least attained service, as Autellix", attainedLevels),
  ...["least-attained", "running-first", "shortest-job-first"].map((name) => sequoia(name, policyOf(name))),
];
