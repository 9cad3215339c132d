import { constant, type Distribution, lognormal } from "../model/mod.ts";

/**
 * The behaviour of a provider. Any combination of numbers makes sense, and each number can be overridden on the command line
 * (see {@linkcode parseProfile}).
 */
export interface Profile {
  /** The name on the command line. */
  readonly name: string;
  /** Most functions that run at once, as the provider documents it; Infinity: any number. */
  readonly limit: number;
  /** The factor of the limit that really runs, at least 1; Infinity: the limit is only documented. */
  readonly enforced: number;
  /** Most HTTP calls that wait when they cannot start (a soft limit); more are refused with 429. 0: none waits. */
  readonly queue: number;
  /** The wait that a refused caller is told, in milliseconds; 0: none. */
  readonly retryAfterMs: number;
  /** The time that a new container takes before it runs a function. */
  readonly coldStart: Distribution;
  /** The time for which an idle container is kept, in milliseconds. */
  readonly keepAliveMs: number;
  /**
   * Containers that are made for each one that a call needs, on average, at least 1. The others are warm and idle when they
   * are ready, and are kept as any idle container; they take nothing of the ramp.
   */
  readonly allocation: number;
  /** Containers that can be made at once after a rest; Infinity: no ramp. */
  readonly burst: number;
  /** Containers that can be made beyond the burst, per second. */
  readonly rampPerS: number;
  /** Most background calls that wait when they cannot start; more are refused with 429. 0: none waits. */
  readonly backgroundQueue: number;
  /** Background calls start only while less than this part of the limit runs, in (0, 1]; the rest is kept for HTTP. */
  readonly backgroundShare: number;
  /** Background calls that the provider takes from their queue, per second; Infinity: as they can start. */
  readonly backgroundPerS: number;
  /** Whether no background call leaves its queue while an HTTP call waits; else they go in the order they came. */
  readonly httpFirst: boolean;
  /** The part of the limit that is left after a collapse, in (0, 1]; 1: the provider does not collapse. */
  readonly collapseTo: number;
  /** The load, as a multiple of the limit, above which the provider is overloaded. */
  readonly overload: number;
  /** The time that an overload lasts until the limit collapses, in milliseconds. */
  readonly collapseAfterMs: number;
  /** The time in which the limit rises from its lowest to its full value again, without overload, in milliseconds. */
  readonly recoveryMs: number;
  /** The speed of declared functions without a body, as a multiple of the declared one. */
  readonly speed: number;
}

/** Whether calls that cannot start may wait at the provider. */
export function queues({ queue, backgroundQueue }: Profile): boolean {
  return queue > 0 || backgroundQueue > 0;
}

/** No limits, no cold starts: what a scheduler does without a provider's quirks. */
const IDEAL: Profile = {
  name: "ideal",
  limit: Infinity,
  enforced: 1,
  queue: 0,
  retryAfterMs: 0,
  coldStart: constant(0),
  keepAliveMs: Infinity,
  allocation: 1,
  burst: Infinity,
  // AWS Lambda until 2023: https://docs.aws.amazon.com/lambda/latest/operatorguide/scaling-concurrency.html
  rampPerS: 500 / 60,
  backgroundQueue: 0,
  backgroundShare: 1,
  backgroundPerS: Infinity,
  httpFirst: true,
  collapseTo: 1,
  overload: 1.5,
  collapseAfterMs: 2000,
  recoveryMs: 60_000,
  speed: 1,
};

/**
 * A hard concurrency limit, as the SoCC'20 paper found it at AWS Lambda and OpenWhisk: what exceeds it is refused, also
 * in the middle of a chain. Cold starts as usual for Node.js and Python (100–500 ms).
 */
const HARD_LIMIT: Profile = {
  ...IDEAL,
  name: "hard-limit",
  limit: 100,
  coldStart: lognormal("150ms", "500ms"),
  keepAliveMs: 600_000,
};

/**
 * The behaviours of providers, one at a time, so that each can be seen alone. Where no source is named, a number is our choice.
 */
const BEHAVIOURS: readonly Profile[] = [
  /**
   * Burst intolerance (paper): a burst is refused although the limit would allow it. The numbers are those that AWS
   * documented until 2023 for most regions: 500 at once, 500 more a minute, up to 1,000.
   */
  { ...HARD_LIMIT, name: "ramp", limit: 1000, burst: 500 },
  /**
   * HTTP prioritisation (paper: AWS and Azure, undocumented): calls wait at the provider, background ones, as the successors in
   * a chain are, behind all HTTP calls and with half of the places only. The size of this share is our choice.
   */
  { ...HARD_LIMIT, name: "background", queue: 1000, backgroundQueue: 10_000, backgroundShare: 0.5 },
  /**
   * Concurrency collapse (paper: AWS): after the limit was reached, concurrency fell and did not come back for a while. The
   * depth and the duration are our choice; {@linkcode Ceiling} has the formula.
   */
  { ...HARD_LIMIT, name: "collapse", collapseTo: 0.25 },
];

/** AWS Lambda as the paper met it, in 2020. */
const AWS_LAMBDA: Profile = {
  ...HARD_LIMIT,
  name: "aws-lambda",
  // Documented: concurrent executions of an account in a region; more are refused with 429. Some new accounts have 10.
  limit: 1000,
  // Documented until 2023 for most regions: 500 at once, then 500 more a minute. Since then each function has 1,000 at once
  // and 1,000 more in ten seconds: burst=1000,ramp=100.
  burst: 500,
  rampPerS: 500 / 60,
  // Documented: asynchronous events wait for up to six hours, in a queue without a limit. The bound is our choice.
  backgroundQueue: 10_000,
  // Paper: HTTP-triggered functions run before others, undocumented. As HTTP calls never wait here, places are kept for
  // them; how many is our choice.
  backgroundShare: 0.5,
  // Paper: concurrency collapses once the limit was reached, and stays down for a while. The depth is our choice.
  collapseTo: 0.25,
};

/** Apache OpenWhisk as it is installed without further settings. */
const OPENWHISK: Profile = {
  ...HARD_LIMIT,
  name: "openwhisk",
  // Documented: invocations of a namespace that may run or wait, also those within a chain (ansible/README.md,
  // limit_invocations_concurrent); more are refused with 429, which drops chains half-way (paper).
  limit: 30,
  // Documented: idle-container of the invoker's container-proxy.
  keepAliveMs: 600_000,
  // It takes all in the order in which they come; the paper saw prioritisation at AWS and Azure only.
  httpFirst: false,
};

/** IBM Cloud Functions, which ran OpenWhisk. */
const IBM: Profile = {
  ...OPENWHISK,
  name: "ibm",
  // Documented: activations of a namespace that run or wait.
  limit: 1000,
  // Paper: up to 1,200 ran at once in a burst of 1,200.
  enforced: 1.2,
};

/** Google Cloud Functions, first generation. */
const GCF: Profile = {
  ...HARD_LIMIT,
  name: "gcf",
  // Paper: what is documented as limited, the total of the CPU, is not. A number of calls that would come to it is our
  // choice; whatever it is, it is not enforced.
  limit: 1000,
  enforced: Infinity,
  // Documented: events that trigger functions are kept (by Pub/Sub, for days). The bound is our choice.
  backgroundQueue: 10_000,
  // The paper saw prioritisation at AWS and Azure only.
  httpFirst: false,
};

/** Azure Functions on the consumption plan. A container is the place of one call in an instance, which has several. */
const AZURE: Profile = {
  ...HARD_LIMIT,
  name: "azure",
  // Paper: 1,000 concurrent HTTP calls were configured (and 200 instances are the default), but under a load that grew
  // slowly up to 8,000 calls ran, in 440 instances.
  limit: 1000,
  enforced: Infinity,
  // Documented: a new instance a second at most for HTTP; paper: 18 calls in each (8,000 / 440). So a load that grows
  // slowly is not limited at all, and a burst meets one instance.
  burst: 18,
  rampPerS: 18,
  // Documented: maxOutstandingRequests 200, and maxConcurrentRequests 100 of them run; more are refused with 429.
  queue: 100,
  // Documented: events of queues wait in storage. The bound is our choice.
  backgroundQueue: 10_000,
  // Paper: HTTP-triggered functions run before others, undocumented.
  httpFirst: true,
  // Paper: inefficient allocation is common: far more is started than the load needs. The factor is our choice, near the 440
  // instances where 200 were the limit.
  allocation: 2,
};

/** The built-in profiles. */
export const PROFILES: readonly Profile[] = [
  IDEAL,
  HARD_LIMIT,
  ...BEHAVIOURS,
  AWS_LAMBDA,
  OPENWHISK,
  IBM,
  GCF,
  AZURE,
];

/** The names of the built-in profiles. */
export function profileNames(): string[] {
  return PROFILES.map(({ name }) => name);
}
