/** The table of claims, in the order in which they are shown. To add one, write its file and a line here. */
import type { Claim } from "../claim.ts";
import { allocation } from "./allocation.ts";
import { autoLimit, azureRamp } from "./auto_limit.ts";
import { binPacking } from "./bin_packing.ts";
import { burstingTenant } from "./bursting_tenant.ts";
import { bursts } from "./bursts.ts";
import { collapse } from "./collapse.ts";
import { compositions } from "./compositions.ts";
import { deadlines } from "./deadlines.ts";
import { fairChains } from "./fair_chains.ts";
import { fairFunctions } from "./fair_functions.ts";
import { httpFirst } from "./http_first.ts";
import { inconsistentLimits } from "./inconsistent_limits.ts";
import { learnedTimes } from "./learned_times.ts";
import { leastAttained } from "./least_attained.ts";
import { midChainDrops } from "./mid_chain_drops.ts";
import { priorityQueues, strictPriority } from "./priorities.ts";
import { realisticMix } from "./realistic_mix.ts";
import { runningFirst } from "./running_first.ts";
import { severalProviders } from "./several_providers.ts";
import { shortestJobFirst } from "./shortest_job_first.ts";

export const CLAIMS: readonly Claim[] = [
  inconsistentLimits,
  midChainDrops,
  bursts,
  httpFirst,
  allocation,
  collapse,
  runningFirst,
  shortestJobFirst,
  fairChains,
  fairFunctions,
  strictPriority,
  priorityQueues,
  binPacking,
  realisticMix,
  autoLimit,
  azureRamp,
  deadlines,
  learnedTimes,
  compositions,
  severalProviders,
  leastAttained,
  burstingTenant,
];
