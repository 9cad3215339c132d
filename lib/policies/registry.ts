import { nearest, policyParts } from "../model/mod.ts";
import { binPacking } from "./bin_packing.ts";
import { deadline } from "./deadline.ts";
import { fairShare } from "./fair_share.ts";
import { fairShareArrivals } from "./fair_share_arrivals.ts";
import { fairShareFunctions } from "./fair_share_functions.ts";
import { fcfs } from "./fcfs.ts";
import { leastAttained } from "./least_attained.ts";
import { leastSlack } from "./least_slack.ts";
import { type Policy, POLICY_FUNCTIONS, PolicyError } from "./policy.ts";
import { priorityQueues } from "./priority_queues.ts";
import { runningFirst } from "./running_first.ts";
import { shortestJobFirst } from "./shortest_job_first.ts";
import { strictPriority } from "./strict_priority.ts";
import { weighted } from "./weighted.ts";

/** The options that the command line gives beside a policy's name. */
export interface PolicyOptions {
  /** The label that fair policies share by. (Default: the chain) */
  readonly by?: string;
  /** The wait after which an invocation counts as one class higher under `priority-queues`, in milliseconds. (Default: never) */
  readonly ageingMs?: number;
  /** The chains' weights under `weighted`. (Default: what their workloads declare) */
  readonly weights?: ReadonlyMap<string, number>;
}

interface Entry {
  readonly summary: string;
  /** The options that it goes by. (Default: none) */
  readonly options?: readonly (keyof PolicyOptions)[];
  make(options: PolicyOptions): Policy;
}

/** The policies that come with Sequoia: to add one, write its file and a line here. */
const BUILT_IN: ReadonlyMap<string, Entry> = new Map(Object.entries({
  "running-first": { summary: "finish chains that have started (the default)", make: () => runningFirst },
  "fcfs": { summary: "in the order of becoming ready", make: () => fcfs },
  "shortest-job-first": { summary: "least expected time left in the chain", make: () => shortestJobFirst },
  "fair-share": {
    summary: "equal or weighted shares per chain, or per label with --by",
    options: ["by"],
    make: ({ by }) => fairShare(by),
  },
  "weighted": {
    summary: "shares per chain by --weight C=N",
    options: ["weights"],
    make: ({ weights }) => weighted(weights ?? new Map()),
  },
  "fair-share-functions": {
    summary: "shares per function, by how often each occurs in the queued chains",
    make: () => fairShareFunctions,
  },
  "fair-share-arrivals": {
    summary: "shares per function, by how fast each has been arriving",
    make: () => fairShareArrivals,
  },
  "strict-priority": { summary: "the most urgent function or chain", make: () => strictPriority },
  "priority-queues": {
    summary: "classes in order, with --ageing so that the low ones do not starve",
    options: ["ageingMs"],
    make: ({ ageingMs }) => priorityQueues(ageingMs),
  },
  "bin-packing": { summary: "of several platforms the cheapest, up to its limit", make: () => binPacking },
  "deadline": { summary: "the earliest deadline", make: () => deadline },
  "least-attained": {
    summary: "the chain whose functions have run for the least time",
    make: () => leastAttained,
  },
  "least-slack": { summary: "the least time to spare before the deadline", make: () => leastSlack },
}));

/** The policy of a consumer that is told none. */
export const DEFAULT_POLICY = "running-first";

/** The built-in policies: name and what each does, in words. */
export function policySummaries(): { readonly name: string; readonly summary: string }[] {
  return [...BUILT_IN].map(([name, { summary }]) => ({ name, summary }));
}

/** The names of the built-in policies that go by an option. */
export function policiesWith(option: keyof PolicyOptions): string[] {
  return [...BUILT_IN].filter(([, { options = [] }]) => options.includes(option)).map(([name]) => name);
}

/**
 * Makes the policy of a name, or of several joined by `+`: the functions of a later one replace those of an earlier one, so
 * `fair-share+shortest-job-first` shares between chains and takes each chain's shortest.
 *
 * @param own finds the user's own policies by their part of the text; undefined for names it does not know
 * @throws {PolicyError} if a name is unknown, with the nearest one
 */
export function policyOf(
  text: string,
  options: PolicyOptions = {},
  own: (name: string) => Policy | undefined = () => undefined,
): Policy {
  return join(partsOf(text, options, own));
}

/**
 * Makes a policy as {@linkcode policyOf} does, if each of the joined ones has an effect: where later ones replace every function
 * of one, that one is a mistake.
 *
 * @param own as of {@linkcode policyOf}
 * @throws {PolicyError} if a name is unknown, or naming the one without an effect
 */
export function checkedPolicyOf(
  text: string,
  options: PolicyOptions = {},
  own: (name: string) => Policy | undefined = () => undefined,
): Policy {
  const parts = partsOf(text, options, own);
  parts.forEach(({ name, policy }, i) => {
    const later = parts.slice(i + 1).filter((other) =>
      POLICY_FUNCTIONS.some((key) => policy[key] && other.policy[key])
    );
    if (POLICY_FUNCTIONS.some((key) => policy[key] && !later.some((other) => other.policy[key]))) return;
    throw new PolicyError(
      "bad-policy",
      `Cannot join ${text}: ${
        later.map((other) => other.name).join(" and ")
      } replaces all of ${name}. Leave ${name} out`,
    );
  });
  return join(parts);
}

interface Part {
  readonly name: string;
  readonly policy: Policy;
}

function partsOf(text: string, options: PolicyOptions, own: (name: string) => Policy | undefined): Part[] {
  return policyParts(text).map((name) => ({ name, policy: own(name) ?? builtIn(name, options) }));
}

function join(parts: readonly Part[]): Policy {
  return Object.assign({}, ...parts.map(({ policy }) => policy));
}

function builtIn(name: string, options: PolicyOptions): Policy {
  const entry = BUILT_IN.get(name);
  if (entry) return entry.make(options);
  const names = [...BUILT_IN.keys()];
  const hint = nearest(name, names);
  throw new PolicyError(
    "unknown-policy",
    `Cannot find the policy "${name}"${hint === undefined ? "." : `; did you mean "${hint}"?`} ` +
      `Choose from ${names.join(", ")}, join them with +, or name a file: ./mine.ts`,
  );
}
