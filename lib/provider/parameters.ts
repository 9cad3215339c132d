import {
  COUNT,
  DURATION,
  FACTOR,
  type Form,
  orNone,
  PART,
  POSITIVE_DURATION,
  RATE,
  TIME,
  YES_NO,
} from "./forms.ts";
import type { Profile } from "./profile.ts";

/** A number of a profile as the command line and profile files write it. */
export interface Parameter {
  /** An example of a value's form; each can be read. */
  readonly form: string;
  readonly help: string;
  /** @throws {SyntaxError | RangeError} if the text is no value of it */
  readonly read: (text: string) => Partial<Profile>;
  readonly write: (profile: Profile) => string;
  /** Another parameter without which this one says nothing, and whether a profile is without it. */
  readonly needs?: Need;
}

interface Need {
  readonly key: string;
  readonly isMissing: (profile: Profile) => boolean;
}

const LIMIT: Need = { key: "limit", isMissing: ({ limit }) => limit === Infinity };
const BURST: Need = { key: "burst", isMissing: ({ burst }) => burst === Infinity };
const COLLAPSE: Need = { key: "collapse", isMissing: ({ collapseTo }) => collapseTo === 1 };

function parameter<K extends keyof Profile>(
  property: K,
  { read, write }: Form<Profile[K]>,
  { needs, ...words }: Pick<Parameter, "form" | "help" | "needs">,
): Parameter {
  return {
    ...words,
    read: (text) => ({ [property]: read(text) }),
    write: (profile) => write(profile[property]),
    ...needs !== undefined && { needs },
  };
}

/** All parameters by their names. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  limit: parameter("limit", orNone(Infinity, COUNT), {
    form: "100|none",
    help: "most functions that run at once; others wait or are refused with 429",
  }),
  enforced: parameter("enforced", orNone(Infinity, FACTOR), {
    form: "1.2|none",
    help: "how many times the limit really run; none: the limit is only documented (default 1)",
    needs: LIMIT,
  }),
  queue: parameter("queue", orNone(0, COUNT), {
    form: "1000|none",
    help: "most HTTP calls that wait; none: those that cannot start are refused",
  }),
  retryafter: parameter("retryAfterMs", DURATION, {
    form: "1s",
    help: "what a refused caller is told to wait",
  }),
  cold: parameter("coldStart", TIME, {
    form: "200ms|150ms/500ms|none",
    help: "how long a new container takes: always, or the median and the 99th percentile; none: no time",
  }),
  keepalive: parameter("keepAliveMs", orNone(Infinity, DURATION), {
    form: "10m|none",
    help: "how long an idle container is kept; none: for ever",
  }),
  allocation: parameter("allocation", FACTOR, {
    form: "2",
    help: "containers that are made for each that is needed; the others wait, warm (default 1)",
  }),
  burst: parameter("burst", orNone(Infinity, COUNT), {
    form: "500|none",
    help: "containers that can be made at once, after a rest",
  }),
  ramp: parameter("rampPerS", RATE, {
    form: "500/m",
    help: "containers that can be made beyond the burst (default 500/m)",
    needs: BURST,
  }),
  backgroundqueue: parameter("backgroundQueue", orNone(0, COUNT), {
    form: "10000|none",
    help: "most background calls that wait; none: those that cannot start are refused",
  }),
  backgroundshare: parameter("backgroundShare", PART, {
    form: "0.5",
    help: "background calls start only while less than this part of the limit runs",
  }),
  backgroundrate: parameter("backgroundPerS", orNone(Infinity, RATE), {
    form: "50|none",
    help: "background calls that start per second, at most",
  }),
  httpfirst: parameter("httpFirst", YES_NO, {
    form: "yes|no",
    help: "whether background calls wait until no HTTP call does (default yes)",
  }),
  collapse: parameter("collapseTo", orNone(1, PART), {
    form: "0.25|none",
    help: "the part of the limit that is left after an overload",
  }),
  overload: parameter("overload", FACTOR, {
    form: "1.5",
    help: "the load that is one, in limits: running, waiting and refused in a second (default 1.5)",
    needs: COLLAPSE,
  }),
  collapseafter: parameter("collapseAfterMs", DURATION, {
    form: "2s",
    help: "how long an overload lasts before the limit collapses (default 2s)",
    needs: COLLAPSE,
  }),
  recovery: parameter("recoveryMs", POSITIVE_DURATION, {
    form: "1m",
    help: "how long the limit takes to be itself again, without overload (default 1m)",
    needs: COLLAPSE,
  }),
  speed: parameter("speed", RATE, {
    form: "10",
    help: "how many times as fast functions without a body run",
  }),
};
