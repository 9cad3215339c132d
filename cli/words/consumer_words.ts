import { oneLine } from "../../lib/draw/mod.ts";
import { type ByValue, byValueText, formatDuration, type JsonObject } from "../../lib/model/mod.ts";
import type { StartRate } from "../../lib/scheduler/mod.ts";
import { askerWords, type ConsumerView } from "../../lib/queue/mod.ts";
import { textTable } from "../shell/text_table.ts";

/** A consumer beats about once a second; only an older beat is worth a word. */
const USUAL_BEAT_MS = 2000;

/**
 * The consumers that live, a line for each below those of the table's head; none if there are none. Columns that say the same
 * of all and nothing unusual are left out, so that the table fits in 80 columns: `--json` has everything.
 *
 * @param own the version of this program
 */
export function consumerLines(consumers: readonly ConsumerView[], own: string): string[] {
  if (consumers.length === 0) return [];
  const isShown: Readonly<Record<string, boolean>> = {
    part: consumers.some(({ part }) => part !== undefined),
    beat: consumers.some(({ beatAgoMs }) => beatAgoMs > USUAL_BEAT_MS),
    version: consumers.some(({ version }) => version !== own),
  };
  const columns = COLUMNS.filter(({ head }) => isShown[head] ?? true);
  const rows = consumers.map((consumer) => columns.map(({ cell }) => cell(consumer)));
  const numbers = columns.flatMap(({ isNumber }, i) => isNumber ? [i] : []);
  return ["", ...textTable([columns.map(({ head }) => head), ...rows], numbers)];
}

/** A line for each platform that has asked a consumer to wait. */
export function askedLines(consumers: readonly ConsumerView[]): string[] {
  return consumers.flatMap(({ host, pid, asked = [] }) =>
    asked.map(({ leftMs, ...where }) =>
      `${oneLine(askerWords(where))} has asked ${oneLine(host)} ${pid} to wait, ${
        formatDuration(Math.ceil(leftMs / 1000) * 1000)
      } more`
    )
  );
}

interface Column {
  readonly head: string;
  readonly isNumber: boolean;
  cell(consumer: ConsumerView): string;
}

const COLUMNS: readonly Column[] = [
  { head: "consumer", isNumber: false, cell: ({ host, pid }) => `${oneLine(host)} ${pid}` },
  {
    head: "in flight",
    isNumber: true,
    cell: ({ running, limit }) => limit === undefined ? String(running) : `${running} of ${limit}`,
  },
  { head: "ready", isNumber: true, cell: ({ ready }) => String(ready) },
  { head: "calls/s", isNumber: true, cell: ({ callsPerS }) => callsPerS.toFixed(1) },
  { head: "throttles", isNumber: true, cell: ({ throttled }) => String(throttled) },
  {
    head: "part",
    isNumber: true,
    cell: ({ part }) => part === undefined ? "all" : `${Math.round((part.to - part.from) * 100)}%`,
  },
  { head: "beat", isNumber: true, cell: ({ beatAgoMs }) => formatDuration(Math.round(beatAgoMs)) },
  { head: "version", isNumber: false, cell: ({ version }) => oneLine(version) },
  { head: "policy", isNumber: false, cell: ({ policy }) => oneLine(policy) },
  { head: "limits", isNumber: false, cell: ({ limits }) => limitWords(limits) },
];

/** Limits in a few words: `200, functions compile=5, labels tenant=acme:5,*:20, floors tenant=acme:2, rate 50, function rates mail=300/m`. */
export function limitWords({ global, ...others }: JsonObject): string {
  const parts = Object.entries(others).flatMap(([kind, limit]) => {
    if (typeof limit === "boolean") return limit ? [kind] : [];
    if (kind === "rate") return [`rate ${rateWords(limit as unknown as number | StartRate)}`];
    if (kind === "functionRates") {
      const rates = Object.entries(limit as unknown as Readonly<Record<string, number | StartRate>>);
      return rates.length === 0
        ? []
        : [`function rates ${rates.map(([name, rate]) => `${name}=${rateWords(rate)}`).join(" ")}`];
    }
    if (typeof limit !== "object" || limit === null) return [`${kind} ${limit}`];
    const names = kind === "floors" ? byValueText(limit as ByValue) : namesOf(limit);
    return names === "" ? [] : [`${kind} ${names}`];
  });
  return oneLine([global === undefined ? "none in all" : String(global), ...parts].join(", "));
}

/** Limits by name; those of a label by its values: `tenant=acme:5,*:20`. */
function namesOf(limits: object): string {
  return Object.entries(limits).map(([name, limit]) => {
    const isByValue = typeof limit === "object" && limit !== null;
    const values = isByValue
      ? Object.entries(limit).map(([value, max]) => `${value}:${max}`).join(",")
      : limit;
    return `${name}=${values}`;
  }).join(" ");
}

/** Units of time of rates, by their lengths in milliseconds. */
const UNITS: Readonly<Record<number, string>> = { 1000: "", 60_000: "/m", 3_600_000: "/h" };

/** A rate as `--rate` takes it, and the most of its starts that may come together if that was said. */
function rateWords(rate: number | StartRate): string {
  if (typeof rate === "number") return String(rate);
  const { starts, perMs, burst } = rate, unit = UNITS[perMs] ?? `/${formatDuration(perMs)}`;
  return `${starts}${unit}${burst === undefined ? "" : ` (${burst} at once)`}`;
}
