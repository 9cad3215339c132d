import type { Distribution } from "../../model/mod.ts";
import { parseProfile, type Profile } from "../../provider/mod.ts";
import type { Findings } from "./probe.ts";

/** The length that is written for queues that were not seen to end. */
const LONG_QUEUE = 10_000;

/**
 * The profile of a platform, as far as it was found; the other numbers are those of `ideal`.
 *
 * @param documented the limit that the provider documents, if it is known
 */
export function measuredProfile(
  { limit, ramp, coldStart, keepAlive, background, collapse }: Findings,
  name: string,
  documented?: number,
): Profile {
  const queue = Math.max(limit?.queue ?? 0, Math.round(ramp?.queue ?? 0));
  const parts: Partial<Profile>[] = [
    limit === undefined ? {} : limitsOf(limit.limit, documented),
    { queue: queue === Infinity ? LONG_QUEUE : queue },
    ramp === undefined ? {} : {
      burst: Math.round(ramp.burst),
      rampPerS: rounded(ramp.perS),
      allocation: Math.round(ramp.allocation * 10) / 10,
    },
    coldStart === undefined ? {} : { coldStart: timeOf(coldStart.medianMs, coldStart.p99Ms) },
    keepAlive === undefined || keepAlive.coldMs === Infinity
      ? {}
      : { keepAliveMs: rounded(Math.sqrt(Math.max(1, keepAlive.warmMs) * keepAlive.coldMs)) },
    background === undefined ? {} : {
      backgroundQueue: background.waits ? LONG_QUEUE : 0,
      backgroundShare: rounded(background.share),
      httpFirst: background.httpFirst ?? background.starve,
    },
    collapse === undefined || collapse.to === 1 ? {} : {
      collapseTo: rounded(collapse.to),
      ...isNaN(collapse.afterMs) ? {} : { collapseAfterMs: rounded(collapse.afterMs) },
      ...isNaN(collapse.recoveryMs) ? {} : { recoveryMs: rounded(collapse.recoveryMs) },
    },
  ];
  return Object.assign({}, parseProfile("ideal"), { name }, ...parts);
}

/** The documented limit and the factor of it that really runs; a lower real one is a limit by itself. */
function limitsOf(real: number, documented = real): Pick<Profile, "limit" | "enforced"> {
  if (documented === Infinity || real <= documented) return { limit: real, enforced: 1 };
  return { limit: documented, enforced: rounded(real / documented) };
}

function timeOf(medianMs: number, p99Ms: number): Distribution {
  const [median, p99] = [tenths(medianMs), tenths(p99Ms)];
  return median === p99
    ? { kind: "constant", ms: median }
    : { kind: "lognormal", medianMs: median, p99Ms: p99 };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** To three digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
