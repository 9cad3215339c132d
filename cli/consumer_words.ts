import { oneLine } from "../lib/draw/mod.ts";
import { formatDuration, type JsonObject } from "../lib/model/mod.ts";
import type { ConsumerView } from "../lib/queue/mod.ts";
import { textTable } from "./text_table.ts";

/** The consumers that live, a line for each below those of the table's head; none if there are none. */
export function consumerLines(consumers: readonly ConsumerView[]): string[] {
  if (consumers.length === 0) return [];
  const rows = consumers.map((consumer) => {
    const {
      host,
      pid,
      version,
      policy,
      limits,
      limit,
      part,
      running,
      ready,
      callsPerS,
      throttled,
      beatAgoMs,
    } = consumer;
    return [
      `${oneLine(host)} ${pid}`,
      limit === undefined ? String(running) : `${running} of ${limit}`,
      String(ready),
      callsPerS.toFixed(1),
      String(throttled),
      part === undefined ? "all" : `${Math.round((part.to - part.from) * 100)}%`,
      formatDuration(Math.round(beatAgoMs)),
      oneLine(version),
      oneLine(policy),
      limitWords(limits),
    ];
  });
  const head = [
    ...["consumer", "in flight", "ready", "calls/s", "throttles", "part", "beat"],
    ...["version", "policy", "limits"],
  ];
  return ["", ...textTable([head, ...rows], [1, 2, 3, 4, 5, 6])];
}

/** Limits in a few words: `200, functions compile=5, rate 50`. */
export function limitWords({ global, ...others }: JsonObject): string {
  const parts = Object.entries(others).flatMap(([kind, limit]) => {
    if (typeof limit === "boolean") return limit ? [kind] : [];
    if (typeof limit !== "object" || limit === null) return [`${kind} ${limit}`];
    const names = Object.entries(limit).map(([name, max]) => `${name}=${max}`);
    return names.length === 0 ? [] : [`${kind} ${names.join(" ")}`];
  });
  return oneLine([global === undefined ? "none in all" : String(global), ...parts].join(", "));
}
