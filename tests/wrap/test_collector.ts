import { Collector } from "../../lib/collect/mod.ts";
import { realClock } from "../../lib/model/mod.ts";
import type { TimedLine } from "../../lib/record/mod.ts";

/** A collector on loopback, for tests of what tells it something. */
export class TestCollector implements AsyncDisposable {
  readonly lines: TimedLine[] = [];
  readonly #collector: Collector;
  #wake = () => {};

  constructor() {
    this.#collector = new Collector({
      hostname: "127.0.0.1",
      port: 0,
      clock: realClock,
      onLine: (line) => {
        this.lines.push(line);
        this.#wake();
      },
    });
  }

  get port(): number {
    return this.#collector.port;
  }

  /** As options and headers have it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#collector.counts.connections;
  }

  /** The event that functions get from Sequoia, for a call of this id. */
  event(id: string) {
    return { id, name: "functionSide", ip: "127.0.0.1", port: this.port, args: { text: "a b" } };
  }

  /** The headers with which Sequoia calls, for a call of this id. */
  headers(id: string): Record<string, string> {
    return { "idempotency-key": id, "x-sequoia-collector": this.address };
  }

  /** Resolves when an id has started and ended. @returns what it called itself, and how long it ran, in milliseconds */
  async runOf(id: string): Promise<{ readonly who: string; readonly ms: number }> {
    const of = (status: string) => this.lines.find((line) => line.id === id && line.status === status);
    for (;;) {
      const start = of("start"), end = of("end");
      if (start !== undefined && end !== undefined) return { who: end.who, ms: end.atMs! - start.atMs! };
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector[Symbol.asyncDispose]();
  }
}

/** The milliseconds that an answer's header Server-Timing says; NaN if it does not. */
export function timingOf(header: string | null | undefined): number {
  return Number(/(?:^|, )function;dur=(\d+\.\d{3})$/.exec(header ?? "")?.[1] ?? NaN);
}

/** Lets a time pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
