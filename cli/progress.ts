import { Spinner } from "@std/cli/unstable-spinner";
import type { Clock } from "../lib/model/mod.ts";

const REFRESH_MS = 200;

/** A live line on stderr, if that is a terminal; nothing otherwise. */
export class LiveLine implements Disposable {
  readonly #spinner: Spinner | undefined;
  readonly #stop = new AbortController();

  /** @param line says what to show; asked five times a second */
  constructor(clock: Clock, line: () => string) {
    if (!Deno.stderr.isTerminal()) return;
    const spinner = new Spinner({ message: line(), output: Deno.stderr });
    this.#spinner = spinner;
    spinner.start();
    this.#refresh(clock, spinner, line);
  }

  async #refresh(clock: Clock, spinner: Spinner, line: () => string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      spinner.message = line();
      await clock.until(clock.nowMs() + REFRESH_MS, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#spinner?.stop();
  }
}
