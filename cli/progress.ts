import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { Spinner } from "@std/cli/unstable-spinner";
import { type Clock, formatDuration } from "../lib/model/mod.ts";
import { terminalColumns } from "./terminal.ts";
import { cut } from "./text_table.ts";
import { visiblePlain } from "./visible.ts";

const REFRESH_MS = 200;

/** An estimate of the time that is left, in words and no finer than it can be known: two digits, and whole seconds. */
export function leftWords(ms: number): string {
  if (ms < 1000) return "about 1s left";
  const seconds = ms / 1000;
  const unit = seconds < 100 ? 1 : seconds < 3600 ? 60 : seconds < 36_000 ? 600 : 3600;
  return `about ${formatDuration(Math.round(seconds / unit) * unit * 1000)} left`;
}

/** A message beside a spinner, cut to one line of a terminal: a longer one could not be overwritten. */
export function spinnerMessage(line: string, columns: number): string {
  // In the last column some terminals begin the next line; a terminal writes ^C behind the message.
  return cut(visiblePlain(line), columns - "⠋  ^C".length);
}

/** Calls back five times a second, until its scope ends. */
class Refresh implements Disposable {
  readonly #stop = new AbortController();

  constructor(clock: Clock, refresh: () => void) {
    this.#run(clock, refresh);
  }

  async #run(clock: Clock, refresh: () => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      refresh();
      await clock.until(clock.nowMs() + REFRESH_MS, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}

/** A live line on stderr, if that is a terminal; nothing otherwise. */
export class LiveLine implements Disposable {
  readonly #shown = new DisposableStack();

  /** @param line returns the line to show */
  constructor(clock: Clock, line: () => string) {
    if (!Deno.stderr.isTerminal()) return;
    const message = () => spinnerMessage(line(), terminalColumns());
    const spinner = new Spinner({ message: message(), output: Deno.stderr });
    spinner.start();
    this.#shown.defer(() => spinner.stop());
    this.#shown.use(new Refresh(clock, () => spinner.message = message()));
  }

  [Symbol.dispose](): void {
    this.#shown.dispose();
  }
}

/** A live bar on stderr, if that is a terminal; nothing otherwise. */
export class LiveBar implements AsyncDisposable {
  readonly #shown = new AsyncDisposableStack();

  /**
   * @param max the value of `done` when all is done
   * @param state the amount that is done, and words for it
   */
  constructor(clock: Clock, max: number, state: () => { readonly done: number; readonly words: string }) {
    if (!Deno.stderr.isTerminal()) return;
    const bar = new ProgressBar({
      max,
      barLength: 30,
      clear: true,
      interval: REFRESH_MS,
      formatter: ({ progressBar }) => `[${progressBar}] ${state().words}`,
    });
    this.#shown.defer(() => bar.stop());
    this.#shown.use(new Refresh(clock, () => bar.value = state().done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shown.disposeAsync();
  }
}
