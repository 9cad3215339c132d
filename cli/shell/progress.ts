import { unicodeWidth } from "@std/cli/unicode-width";
import { type Clock, formatDuration } from "../../lib/model/mod.ts";
import { terminal } from "./live_terminal.ts";

const REFRESH_MS = 200;
const FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
/** Characters of a bar, at most and at least; words are worth more than a bar where there is no room. */
const BAR = { most: 30, least: 5 };

/** An estimate of the time that is left, in words and no finer than it can be known: two digits, and whole seconds. */
export function leftWords(ms: number): string {
  if (ms < 1000) return "about 1s left";
  const seconds = ms / 1000;
  const unit = seconds < 100 ? 1 : seconds < 3600 ? 60 : seconds < 36_000 ? 600 : 3600;
  return `about ${formatDuration(Math.round(seconds / unit) * unit * 1000)} left`;
}

/** A bar with words, of at most `columns` columns; in few columns the words alone. @param part of the whole, from 0 to 1 */
export function barLine(part: number, words: string, columns: number): string {
  const length = Math.min(BAR.most, columns - unicodeWidth(words) - "[] ".length);
  if (length < BAR.least) return words;
  const filled = Math.trunc(Math.min(Math.max(part || 0, 0), 1) * length);
  return `[${"#".repeat(filled)}${"-".repeat(length - filled)}] ${words}`;
}

/** Shows a line and draws it again five times a second, until the stack is disposed; only if stderr is a terminal. */
class Live implements Disposable {
  readonly #stack = new DisposableStack();

  constructor(clock: Clock, line: (columns: number) => string) {
    if (terminal === undefined) return;
    this.#stack.use(terminal.show(line));
    const stop = new AbortController();
    this.#stack.defer(() => stop.abort());
    void refreshing(clock, () => terminal?.refresh(), stop.signal);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

async function refreshing(clock: Clock, refresh: () => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.until(clock.nowMs() + REFRESH_MS, signal);
    if (signal.aborted) return;
    refresh();
  }
}

/** A live line on stderr, if that is a terminal; nothing otherwise. */
export class LiveLine extends Live {
  /** @param line returns the line to show, the most important words first: the end is cut off in a narrow terminal */
  constructor(clock: Clock, line: () => string) {
    let frame = 0;
    super(clock, () => `${FRAMES[frame++ % FRAMES.length]} ${line()}`);
  }
}

/** A live bar on stderr, if that is a terminal; nothing otherwise. */
export class LiveBar extends Live {
  /**
   * @param max the value of `done` when all is done
   * @param state the amount that is done, and words for it
   */
  constructor(clock: Clock, max: number, state: () => { readonly done: number; readonly words: string }) {
    super(clock, (columns) => {
      const { done, words } = state();
      return barLine(done / max, words, columns);
    });
  }
}
