import {
  counted,
  fn,
  formatDuration,
  parseCount,
  parsePositiveDuration,
  shownUrl,
} from "../../lib/model/mod.ts";
import { isLocalPlatform, PlatformError } from "../../lib/platform/mod.ts";
import { profileFile } from "../../lib/provider/mod.ts";
import {
  type Findings,
  longestProbeMs,
  measuredProfile,
  PlatformLab,
  probe,
  type Property,
  verdictsOf,
} from "../../lib/spam/mod.ts";
import type { Context } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import type { openLog } from "../shell/log.ts";
import { flag, many, one, optionGroup, text, type Values } from "../shell/options.ts";
import type { PLATFORM_OPTIONS } from "../options/platform_options.ts";
import { LiveLine } from "../shell/progress.ts";
import { isUrl, type SpamLoadValues } from "./load.ts";
import { textTable } from "../shell/text_table.ts";
import { chance, clock, makePlatform } from "../assembly.ts";

const [MOST_CALLS, MOST_AT_ONCE, HOLD_MS, IDLE_MS] = [50_000, 2000, 2000, 900_000];

/** The options of a probe. */
export const PROBE_OPTIONS = optionGroup("for probing", {
  probe: flag("find the limits of the platform by experiments, and say what they are"),
  "expect-limit": one("N", "probe: the limit that the provider documents, to be compared", parseCount),
  "out-profile": one("FILE", "probe: a profile for functions and simulate, made of what was found", text),
  calls: one("MAX", `probe: most calls in all (default ${MOST_CALLS.toLocaleString("en")})`, parseCount),
  most: one(
    "N",
    `probe: most calls at once; higher limits are not found (default ${MOST_AT_ONCE.toLocaleString("en")})`,
    parseCount,
  ),
  hold: one(
    "DURATION",
    "probe: how long calls are held, longer than a cold start (default 2s)",
    parsePositiveDuration,
  ),
  idle: one(
    "DURATION|none",
    "probe: longest idle time after which containers are looked for (default 15m; of a URL none)",
    (value) => value === "none" ? 0 : parsePositiveDuration(value),
  ),
  "background-header": many(
    "NAME: VALUE",
    "probe: what makes a call of a URL's one for whose end nobody waits (repeatable)",
    header,
  ),
});

/** The parsed option values of a probe, with those of a load. */
export type ProbeValues = Values<typeof PROBE_OPTIONS> & Values<typeof PLATFORM_OPTIONS> & SpamLoadValues & {
  readonly json: boolean;
};

/** The words of the live line for the property that is looked for. */
const WORDS: Readonly<Record<Property, string>> = {
  limit: "the concurrency limit",
  ramp: "bursts",
  coldStart: "cold starts",
  background: "background calls",
  collapse: "what an overload does",
  keepAlive: "the keep-alive time",
};

/** Options of a load: a probe makes its own. */
const OF_LOADS = [
  "batch",
  "batches",
  "rate",
  "poisson",
  "every",
  "arrivals",
  "trace",
  "count",
  "for",
  "then",
  "warm-up",
  "ramp",
  "until",
  "window",
  "arg",
  "args",
] as const;

/** @throws {UsageError} if an option of a probe is given without one */
export function checkNoProbe(values: Values<typeof PROBE_OPTIONS>): void {
  for (const name of Object.keys(PROBE_OPTIONS) as (keyof typeof PROBE_OPTIONS)[]) {
    if (!isGiven(values[name])) continue;
    throw new UsageError(`--${name} is of a probe. Add --probe, or leave it out`);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

function header(value: string): readonly [string, string] {
  const at = value.indexOf(":");
  if (at <= 0) throw new SyntaxError(`Cannot read "${value}". Write NAME: VALUE`);
  return [value.slice(0, at).trim(), value.slice(at + 1).trim()];
}

/** `sequoia spam --probe` */
export async function runProbe(
  targets: readonly string[],
  values: ProbeValues,
  context: Context,
  log: ReturnType<typeof openLog>,
): Promise<void> {
  const unused = OF_LOADS.find((name) => isGiven(values[name]));
  if (unused !== undefined) throw new UsageError(`--probe makes its own load. Leave out --${unused}`);
  const { url, local } = await targetOf(targets, values);
  const background = values["background-header"];
  const options = {
    holdMs: values.hold ?? HOLD_MS,
    most: values.most ?? MOST_AT_ONCE,
    longestIdleMs: values.idle ?? (url === undefined ? IDLE_MS : 0),
  };
  const maxCalls = values.calls ?? MOST_CALLS;
  await using platform = await makePlatform({
    ...values,
    local,
    load: options.most * 2,
    onStart: (words) => log.info(words),
    onNote: (words) => log.warn(words),
  });
  const lab = new PlatformLab({
    platform,
    clock,
    ids: chance,
    maxCalls,
    signal: context.drain,
    ...url === undefined ? {} : { url },
    ...values.method === undefined ? {} : { method: values.method },
    background: background.length === 0 ? undefined : Object.fromEntries(background),
  });
  log.info(
    `Probing ${url === undefined ? "the local platform" : shownUrl(url)}: at most ${
      maxCalls.toLocaleString("en")
    } calls, ` +
      `${options.most.toLocaleString("en")} at once, for at most ` +
      `${formatDuration(longestProbeMs(options, url === undefined))}. ^C ends it with what has been found`,
  );
  let what = "what a call takes";
  const starting = (property: Property) => {
    what = WORDS[property];
    log.debug(`Looking for ${what}, after ${counted(lab.calls, "call")}`);
  };
  let found: Findings;
  {
    using _live = new LiveLine(
      clock,
      () => `looking for ${what}; ${lab.calls.toLocaleString("en")} calls made`,
    );
    found = await probe(lab, options, context.drain, starting);
  }
  show(found, lab.calls, values, context);
  const path = values["out-profile"];
  if (path === undefined) return;
  if (found.limit === undefined) {
    log.warn(`No profile was written to ${path}: not even a limit was found`);
    return;
  }
  const name = path.replace(/^.*[/\\]/, "").replace(/\.json$/, "");
  const documented = values["expect-limit"];
  const evidence = verdictsOf(found, documented).map((verdict) => ({ ...verdict }));
  await Deno.writeTextFile(path, profileFile(measuredProfile(found, name, documented), { evidence }));
  log.info(`Profile: ${path}. Try sequoia functions --profile ${path}, or simulate with it`);
}

/** A URL, or where the local platform is: that of a local platform's is called as such, which says and takes more. */
async function targetOf(
  [first, ...more]: readonly string[],
  { local }: ProbeValues,
): Promise<{ readonly url?: string; readonly local: string | undefined }> {
  if (more.length > 0) {
    throw new UsageError(`Unexpected argument "${more[0]}": one URL at a time. See --help`);
  }
  if (first === undefined) return { local };
  if (!isUrl(first)) {
    throw new UsageError(`Cannot probe "${first}": it is no URL. Leave it out for the local platform`);
  }
  fn("probed", { url: first }); // which says what a URL that cannot be called lacks
  const { protocol, origin, host } = new URL(first);
  if (protocol === "http:") {
    try {
      if (await isLocalPlatform(origin)) return { local: host };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error; // another program: that is what is to be probed
    }
  }
  return { url: first, local };
}

function show(found: Findings, calls: number, values: ProbeValues, context: Context): void {
  const documented = values["expect-limit"];
  const verdicts = verdictsOf(found, documented);
  if (values.json) {
    const { limit, ...rest } = found;
    const steps = limit?.steps.map(({ calls: _calls, ...step }) => step);
    const written = {
      verdicts,
      calls,
      ...rest,
      ...limit === undefined ? {} : { limit: { ...limit, steps } },
    };
    return context.print(JSON.stringify(written));
  }
  const rows = verdicts.map(({ property, verdict, evidence }) => [property, verdict, evidence]);
  for (const line of textTable(rows)) context.print(line);
}
