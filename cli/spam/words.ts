import { formatDuration } from "../../lib/model/mod.ts";
import type { LoadFigures, RecentFigures, SpamStats } from "../../lib/spam/mod.ts";

/** The live line of a load. */
export function liveWords(
  { calls }: SpamStats,
  { startsPerS, latency_ms: { p50, p99 } }: RecentFigures,
): string {
  const latency = p50 === null ? "" : `; p50 ${time(p50)}, p99 ${time(p99)}`;
  return `${number(startsPerS)}/s, in flight ${number(calls.running)}, ok ${number(calls.ok)}, ` +
    `throttled ${number(calls.throttled)}, failed ${number(calls.failed)}${latency}`;
}

/** The result of a load, in sentences. */
export function endWords({ chains, calls }: SpamStats, figures: LoadFigures, seed: string): string[] {
  const { latency_ms, start_error_ms, batch_spread_ms, startsPerS } = figures;
  const words = [
    `Calls: ok ${calls.ok}, throttled ${calls.throttled}, failed ${calls.failed}. ` +
    `Started ${chains.started}, completed ${chains.completed}, dropped ${chains.dropped} (seed ${seed})`,
  ];
  if (latency_ms.p50 !== null) {
    words.push(
      `Latency from the intended start: p50 ${time(latency_ms.p50)}, p99 ${time(latency_ms.p99)}, ` +
        `max ${time(latency_ms.max)}`,
    );
  }
  if (start_error_ms.p50 !== null) {
    const isBatch = batch_spread_ms.max !== null;
    const rate = isBatch || startsPerS === null ? "" : `${startsPerS.toFixed(1)}/s, `;
    const spread = isBatch ? `; a batch left within ${time(batch_spread_ms.max)}` : "";
    words.push(
      `Starts: ${rate}late by p50 ${time(start_error_ms.p50)}, p99 ${time(start_error_ms.p99)}${spread}`,
    );
  }
  return words;
}

function time(ms: number | null): string {
  return ms === null ? "none" : formatDuration(Number(ms.toPrecision(3)));
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}
