import { nearest } from "../../lib/model/mod.ts";
import { handingOn, type Recorder } from "../../lib/record/mod.ts";
import { KINDS, type Names } from "../options/limited_names.ts";

/** Calls after which names that nobody has used are looked at for the first time. */
const ENOUGH_CALLS = 100;
/** The most names of one kind that are kept for comparison. */
const MOST_SEEN = 10_000;

/**
 * Warns of names that are limited and that nothing has: `--function-limit tpyo=1` is likely to be a mistake. A name that resembles
 * one in use is told after {@linkcode ENOUGH_CALLS} calls, all others at the end.
 */
export class LimitedNames {
  readonly #limited: Names;
  readonly #warn: (words: string) => void;
  readonly #seen = { function: new Set<string>(), chain: new Set<string>(), label: new Set<string>() };
  readonly #told = new Set<string>();
  #calls = 0;

  /** @param warn is called with each warning */
  constructor(limited: Names, warn: (words: string) => void) {
    this.#limited = limited;
    this.#warn = warn;
  }

  /** A recorder that also notes the names in use. */
  watching(recorder: Recorder): Recorder {
    if (KINDS.every((kind) => this.#limited[kind].size === 0)) return recorder;
    return handingOn(recorder, {
      submit: (event) => {
        this.#note("chain", event.chain);
        for (const label of Object.keys(event.labels)) this.#note("label", label);
        recorder.submit(event);
      },
      attempt: (event) => {
        this.#note("function", event.function);
        if (++this.#calls === ENOUGH_CALLS) this.#tell(false);
        recorder.attempt(event);
      },
    });
  }

  /** Looks at the names for the last time. */
  end(): void {
    if (this.#calls > 0) this.#tell(true);
  }

  #note(kind: keyof Names, name: string): void {
    const seen = this.#seen[kind];
    if (seen.size < MOST_SEEN) seen.add(name);
  }

  /** @param all also names that resemble no name in use */
  #tell(all: boolean): void {
    for (const kind of KINDS) {
      const seen = this.#seen[kind];
      if (seen.size === MOST_SEEN) continue;
      for (const name of this.#limited[kind]) {
        const key = `${kind} ${name}`, hint = nearest(name, seen);
        if (seen.has(name) || this.#told.has(key) || (hint === undefined && !all)) continue;
        this.#told.add(key);
        const what = kind === "label"
          ? `No instance has a label ${name}`
          : `No ${kind} ${name} has been called`;
        this.#warn(
          `${what} so far, but an option names it${hint === undefined ? "" : `; did you mean "${hint}"?`}`,
        );
      }
    }
  }
}
