import { formatDuration } from "../../model/mod.ts";
import { showsWaiting } from "./lab.ts";
import type { Findings, Property } from "./probe.ts";

/** The finding on one property, and the evidence for it. */
export interface Verdict {
  readonly property: string;
  readonly verdict: string;
  readonly evidence: string;
}

/**
 * The findings, in words.
 *
 * @param documented the limit that the provider documents, if it is known
 */
export function verdictsOf(found: Findings, documented?: number): Verdict[] {
  return [
    limitVerdict(found),
    ...documented === undefined ? [] : [documentedVerdict(found, documented)],
    refusalVerdict(found),
    burstVerdict(found),
    coldStartVerdict(found),
    keepAliveVerdict(found),
    backgroundVerdict(found),
    collapseVerdict(found),
  ];
}

function skipped(property: string, found: Findings, key: Property): Verdict {
  return { property, verdict: "not probed", evidence: found.skipped[key] ?? "" };
}

function limitVerdict(found: Findings): Verdict {
  const property = "concurrency limit", { limit } = found;
  if (limit === undefined) return skipped(property, found, "limit");
  const last = limit.steps.at(-1)!;
  const most = Math.max(...limit.steps.map(({ ran }) => ran));
  const { ownRunMs } = found.baseline!;
  const caveat = showsWaiting(found.baseline!)
    ? ""
    : `; how many at once is not known, as its function ends after ${time(ownRunMs!)}`;
  if (limit.limit === Infinity) {
    return { property, verdict: "none met", evidence: `${most} ran at once${caveat}` };
  }
  const rest = [
    ...last.refused > 0 ? [`${last.refused} were refused`] : [],
    ...last.ok > last.ran ? [`${last.ok - last.ran} waited`] : [],
    ...last.asked > last.ok + last.refused ? [`${last.asked - last.ok - last.refused} failed`] : [],
  ];
  return {
    property,
    verdict: String(limit.limit),
    evidence: `of ${last.asked} calls at once ${last.ran} ran${
      rest.length > 0 ? `, ${rest.join(", ")}` : ""
    }`,
  };
}

function documentedVerdict({ limit }: Findings, documented: number): Verdict {
  const property = "documented limit";
  if (limit === undefined) {
    return { property, verdict: "not compared", evidence: "the real one was not found" };
  }
  const most = Math.max(...limit.steps.map(({ ran }) => ran));
  if (limit.limit === Infinity) {
    return most > documented
      ? { property, verdict: "not enforced", evidence: `${most} ran at once, ${documented} are documented` }
      : { property, verdict: "not reached", evidence: `${most} ran at once, ${documented} are documented` };
  }
  const times = Number((limit.limit / documented).toPrecision(3));
  const verdict = times === 1 ? "as documented" : `${times} times what is documented`;
  return { property, verdict, evidence: `${limit.limit} run at once, ${documented} are documented` };
}

function refusalVerdict(found: Findings): Verdict {
  const property = "calls beyond it", { limit, ramp } = found;
  if (limit === undefined) return skipped(property, found, "limit");
  const queue = Math.max(limit.queue, Math.round(ramp?.queue ?? 0));
  const refused = limit.steps.reduce((sum, step) => sum + step.refused, 0);
  const all = limit.steps.reduce((sum, step) => sum + step.asked, 0);
  const evidence = `${refused} of ${all} calls were refused`;
  const words = { none: "none were met", hard: "are refused", queued: `wait, ${queueWords(queue)}` };
  return {
    property,
    verdict: words[limit.refusal] + (limit.isRamped ? "; more run as time goes by" : ""),
    evidence,
  };
}

function queueWords(queue: number): string {
  return queue === Infinity
    ? "as many as were tried"
    : queue === 0
    ? "so many is not known"
    : `${queue} at most`;
}

function burstVerdict(found: Findings): Verdict {
  const property = "bursts", { limit, ramp } = found;
  if (limit === undefined) return skipped(property, found, "limit");
  if (ramp !== undefined) {
    const perMinute = Math.round(ramp.perS * 60);
    const more = ramp.allocation > 1.05
      ? `; ${ramp.allocation.toFixed(1)} containers made for each needed`
      : "";
    return {
      property,
      verdict: `${Math.round(ramp.burst)} at once, then ${perMinute} more a minute`,
      evidence: `containers made for a function that had none${more}`,
    };
  }
  if (limit.isRamped) {
    const perMinute = Math.round(limit.rampPerS * 60);
    return {
      property,
      verdict: `${limit.atFirst} at once at first, then ${perMinute} more a minute`,
      evidence: `of one function, so that it is not known how many at most: ${found.skipped.ramp ?? ""}`,
    };
  }
  const most = Math.max(...limit.steps.map(({ ran }) => ran));
  return {
    property,
    verdict: "tolerated",
    evidence: `${most} started at once; a second look brought no more`,
  };
}

function coldStartVerdict(found: Findings): Verdict {
  const property = "cold start", { coldStart } = found;
  if (coldStart === undefined) return skipped(property, found, "coldStart");
  const { medianMs, p99Ms, samples } = coldStart;
  if (samples === 0) return { property, verdict: "none seen", evidence: "all calls took about as long" };
  return {
    property,
    verdict: `median ${time(medianMs)}, p99 ${time(p99Ms)}`,
    evidence: `${samples} new containers`,
  };
}

function keepAliveVerdict(found: Findings): Verdict {
  const property = "keep-alive", { keepAlive } = found;
  if (keepAlive === undefined) return skipped(property, found, "keepAlive");
  const { warmMs, coldMs } = keepAlive;
  return coldMs === Infinity
    ? { property, verdict: `over ${time(warmMs)}`, evidence: "no longer idle time was tried" }
    : {
      property,
      verdict: `about ${time(Math.sqrt(Math.max(1, warmMs) * coldMs))}`,
      evidence: `warm after ${time(warmMs)}, gone after ${time(coldMs)}`,
    };
}

function backgroundVerdict(found: Findings): Verdict {
  const property = "background calls", { background } = found;
  if (background === undefined) return skipped(property, found, "background");
  const { share, httpFirst, waits, starve } = background;
  const reasons = [
    ...share < 1 ? [`they had ${(share * 100).toFixed(0)} % of the places and no more`] : [],
    ...httpFirst === true ? ["HTTP calls that came later started before them"] : [],
  ];
  const evidence = reasons.length > 0
    ? reasons.join("; ")
    : waits === undefined
    ? "nothing made them wait"
    : waits
    ? "they had as many places as HTTP calls"
    : "they are refused as HTTP calls are";
  return { property, verdict: starve ? "starve behind HTTP calls" : "do not starve", evidence };
}

function collapseVerdict(found: Findings): Verdict {
  const property = "overload", { collapse } = found;
  if (collapse === undefined) return skipped(property, found, "collapse");
  const { to, afterMs, recoveryMs } = collapse;
  if (to === 1) return { property, verdict: "no collapse", evidence: "as many ran as before" };
  const after = Number.isNaN(afterMs) ? "" : `after ${time(afterMs)} of overload`;
  const back = Number.isNaN(recoveryMs) ? "its recovery was not seen" : `whole again in ${time(recoveryMs)}`;
  return {
    property,
    verdict: `collapses to ${(to * 100).toFixed(0)} % of the limit`,
    evidence: [after, back].filter((words) => words !== "").join("; "),
  };
}

function time(ms: number): string {
  return formatDuration(Number(ms.toPrecision(3)));
}
