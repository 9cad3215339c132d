import type { Clock } from "../model/mod.ts";
import type { Look } from "./fold.ts";
import type { LiveSource, LiveView } from "./live_view.ts";
import { metricsBytes } from "./metrics/protobuf.ts";
import { metricsText } from "./metrics/text.ts";
import type { Scrape } from "./metrics/metrics.ts";
import { Totals } from "./metrics/totals.ts";
import { SharedLook } from "./source.ts";

/** The parts of a queue's live state. */
export interface LiveQueueOptions {
  readonly clock: Clock;
  /** Reads all that views and metrics are made of. */
  look(): Promise<Look>;
  /** The version of the program. */
  readonly version: string;
}

/** The live state of a queue for all who watch: views for people, metrics for Prometheus, from one look a second. */
export class LiveQueue implements LiveSource, Disposable {
  readonly #looks: SharedLook;
  readonly #totals = new Totals();
  readonly #version: string;

  constructor({ clock, look, version }: LiveQueueOptions) {
    this.#version = version;
    this.#looks = new SharedLook({ clock, look, onLook: (look) => this.#totals.add(look) });
  }

  now(): Promise<LiveView> {
    return this.#looks.now();
  }

  watch(signal: AbortSignal): AsyncIterable<LiveView> {
    return this.#looks.watch(signal);
  }

  /**
   * The metrics in Prometheus's text format.
   *
   * @throws {QueueError} if the queue cannot be read
   */
  async metrics(): Promise<string> {
    return metricsText(await this.#scrape());
  }

  /**
   * The metrics in Prometheus's protobuf format, with native histograms.
   *
   * @throws {QueueError} if the queue cannot be read
   */
  async metricsBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return metricsBytes(await this.#scrape());
  }

  async #scrape(): Promise<Scrape> {
    return { view: await this.#looks.now(), totals: this.#totals, version: this.#version };
  }

  [Symbol.dispose](): void {
    this.#looks[Symbol.dispose]();
  }
}
