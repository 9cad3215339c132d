import { TraceError } from "./error.ts";
import type { TracedFunction } from "./trace.ts";

/** Hashes are shortened to this number of digits, so that names fit into reports, URLs and file names. */
const SHORT = 12;
/** Two names of this length, and a sign between them, are a name. */
const LONG = 63;
/** The length of what tells names apart that would be the same: `_500000`. */
const MAX_SUFFIX = 7;
/** Most functions of a trace: each takes about 2 kB. */
const MAX_FUNCTIONS = 500_000;

/** Short names for ids: the first digits of a hash, and other ids as they are but for signs that no name has. */
class ShortNames {
  readonly #taken = new Set<string>();
  readonly #names = new Map<string, string>();

  nameOf(id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const plain = id.replace(/[^\w.:@-]/g, "_").replace(/^(?=\W)/, "_");
    const lengths = /^[0-9a-f]{20,}$/i.test(id) ? [SHORT, 2 * SHORT, LONG] : [LONG];
    let name = lengths.map((length) => plain.slice(0, length)).find((name) => !this.#taken.has(name));
    for (let i = 2; name === undefined; i++) { // they differ behind that, or by signs that no name has
      const numbered = `${plain.slice(0, LONG - MAX_SUFFIX)}_${i}`;
      if (!this.#taken.has(numbered)) name = numbered;
    }
    this.#taken.add(name);
    this.#names.set(id, name);
    return name;
  }
}

/** No field of a line has a line's end. */
function keyOf(app: string, id: string): string {
  return `${app}\n${id}`;
}

/** The functions of a trace, as they are found in its file. */
export class FunctionList {
  readonly #places = new Map<string, number>();
  readonly #apps = new ShortNames();
  readonly #owners = new ShortNames();
  readonly #namesIn = new Map<string, ShortNames>();
  readonly functions: TracedFunction[] = [];
  readonly #appIds: string[] = [];

  /** The place of a function; a new one is added. @param labels its trigger and the id of its owner, if they are known */
  add(app: string, id: string, { owner, trigger }: { owner?: string; trigger?: string } = {}): number {
    const key = keyOf(app, id);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.functions.length;
    if (place === MAX_FUNCTIONS) {
      throw new TraceError(
        "large-trace",
        `Cannot replay more than ${MAX_FUNCTIONS} functions. Take some apps: --sample 0.1`,
      );
    }
    let names = this.#namesIn.get(app);
    if (names === undefined) this.#namesIn.set(app, names = new ShortNames());
    this.functions.push({
      app: this.#apps.nameOf(app),
      name: names.nameOf(id),
      calls: 0,
      labels: {
        ...trigger !== undefined && { trigger },
        ...owner !== undefined && { owner: this.#owners.nameOf(owner) },
      },
    });
    this.#places.set(key, place);
    this.#appIds.push(app);
    return place;
  }

  /** Counts calls of a function. */
  count(place: number, calls: number): void {
    this.functions[place]!.calls += calls;
  }

  /** The place of a function by the ids that the trace has; undefined: it is not called. */
  find(app: string, id: string): number | undefined {
    return this.#places.get(keyOf(app, id));
  }

  /** The id of a function's app. */
  appOf(place: number): string {
    return this.#appIds[place]!;
  }
}
