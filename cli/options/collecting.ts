import type { Logger } from "@std/log";
import { Collector, FunctionTimes, type FunctionTimesStats } from "../../lib/collect/mod.ts";
import { counted, formatDuration, wallAheadMs } from "../../lib/model/mod.ts";
import { type CollectorAddress, parseAddress } from "../../lib/platform/mod.ts";
import type { Recorder } from "../../lib/record/mod.ts";
import type { Scheduler } from "../../lib/scheduler/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { one, optionGroup } from "../shell/options.ts";
import { clock } from "../assembly.ts";

/** The port of the original's collector, which its wrapper takes by default. */
export const COLLECT_PORT = 10_000;

/** Reads `port`, which is one of loopback, or `host:port`. */
export function collectAddress(text: string): CollectorAddress {
  const { hostname: ip, port } = parseAddress(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);
  return { ip, port };
}

/** The options that have functions report how long they ran. */
export const COLLECT_OPTIONS = optionGroup("for watching", {
  collect: one(
    "ADDRESS",
    "listen for wrapped functions, which report how long they really run, at PORT (of loopback) or HOST:PORT",
    collectAddress,
  ),
  "collect-address": one(
    "HOST:PORT",
    "where functions reach it, if that is not where it listens",
    reachableAddress,
  ),
});

function reachableAddress(text: string): CollectorAddress {
  const address = collectAddress(text);
  if (address.port === 0) throw new SyntaxError(`Cannot reach port 0. Write HOST:PORT`);
  return address;
}

/** The values of `--collect` and `--collect-address`. */
interface CollectValues {
  readonly collect?: CollectorAddress | undefined;
  readonly "collect-address"?: CollectorAddress | undefined;
}

/** The time that the last functions have to report after the last attempt has ended, in milliseconds. */
const LAST_WORDS_MS = 1000;
/** Time between two looks whether they have, in milliseconds. */
const LOOK_MS = 20;

/** A collector that tells how long the functions of a consumer's attempts really ran. */
export class Collecting implements AsyncDisposable {
  /** The address that functions report to. */
  readonly address: CollectorAddress;
  readonly #collector: Collector;
  #times: FunctionTimes | undefined;

  /** @throws {UsageError | CollectError} if functions could not reach it, or it cannot listen */
  constructor({ ip: hostname, port }: CollectorAddress, reached?: CollectorAddress) {
    if (reached === undefined && /^(0\.0\.0\.0|::)$/.test(hostname)) {
      throw new UsageError(
        `--collect ${hostname}:${port}: functions cannot call that address. ` +
          "Say with --collect-address HOST:PORT how they reach this machine",
      );
    }
    this.#collector = new Collector({
      hostname,
      port,
      clock,
      onLine: (line, receivedAtMs) => this.#times?.take(line, receivedAtMs),
    });
    this.address = reached ?? { ip: hostname, port: this.#collector.port };
  }

  /** Makes the function times that receive reports from now on, record them, and teach a scheduler, if there is one. */
  timesFor(recorder: Recorder, scheduler?: Pick<Scheduler, "observeFunction">): FunctionTimes {
    return this.#times = new FunctionTimes({
      recorder,
      aheadMs: () => wallAheadMs(clock),
      learn: (functionName, functionMs) => scheduler?.observeFunction(functionName, functionMs),
    });
  }

  /** Waits for the last functions' words, but not long. */
  async lastWords(signal: AbortSignal): Promise<void> {
    const untilMs = clock.nowMs() + LAST_WORDS_MS;
    while ((this.#times?.awaited ?? 0) > 0 && clock.nowMs() < untilMs && !signal.aborted) {
      await clock.until(clock.nowMs() + LOOK_MS, signal);
    }
  }

  /** Logs the lines that were received, and what is wrong with them. */
  sum(log: Logger): void {
    const { lines, unreadable } = this.#collector.counts;
    const stats = this.#times!.stats;
    log.info(`Heard from the functions of ${stats.reported} of ${counted(stats.ended, "call")}`);
    if (lines === 0 && stats.ended > 0) {
      log.warn(
        "No function has said anything: are they wrapped, and can they reach " +
          `${this.address.ip}:${this.address.port}? Those of sequoia functions tell port 10000, or its --collector. ` +
          "See docs/function-times.md",
      );
    }
    if (unreadable > 0) {
      log.warn(
        `${counted(unreadable, "line")} from functions could not be understood, and ${
          unreadable === 1 ? "was" : "were"
        } left out`,
      );
    }
    if (stats.skewed > 0) log.warn(skewWords(stats));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector[Symbol.asyncDispose]();
  }
}

/** Listens for the reports of functions, if the options ask for that. */
export function openCollecting(values: CollectValues): Collecting | undefined {
  const { collect, "collect-address": reached } = values;
  if (collect !== undefined) return new Collecting(collect, reached);
  if (reached !== undefined) throw new UsageError("--collect-address needs --collect PORT");
  return undefined;
}

/**
 * Takes connections of functions on this machine and ignores their lines, where there is no collector: the first system's wrapper
 * fails its function if nobody takes its connection.
 */
export class Sink implements AsyncDisposable {
  readonly #collector = new Collector({ hostname: "127.0.0.1", port: 0, clock, onLine: () => {} });

  /** The address on which it listens. */
  get address(): CollectorAddress {
    return { ip: "127.0.0.1", port: this.#collector.port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector[Symbol.asyncDispose]();
  }
}

function skewWords({ skewed, reported, worstSkewMs }: FunctionTimesStats): string {
  const off = `${formatDuration(Math.abs(worstSkewMs))} ${worstSkewMs < 0 ? "behind" : "ahead"}`;
  return `Clocks do not agree: at ${skewed} of ${
    counted(reported, "call")
  } the function's was ahead of this machine's, or behind ` +
    `(up to ${off}). Their queue at the provider is not known. Set the clocks by NTP`;
}
