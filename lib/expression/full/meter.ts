/** JSONata throws plain objects with a code, and so do the bounds. */
const TOO_LONG = { code: "too-long", message: "the evaluation takes too long" };
export const TOO_LARGE = { code: "too-large", message: "the value is too large" };

/** Most characters of a text, or of a value as JSON, beyond the input. */
export const MOST_CHARACTERS = 4_000_000;
/** Most items of a list. */
export const MOST_ITEMS = 100_000;

/** Objects and lists measured per step. */
const MEASURED_PER_STEP = 16;

/** Counts the steps of one evaluation and measures the values that it makes. */
export class Meter {
  #stepsLeft: number;
  readonly #mostCharacters: number;
  readonly #sizes = new WeakMap<object, number>();

  /** @param inputLength of the input as JSON, in characters: its values may be as large */
  constructor(steps: number, inputLength: number) {
    this.#stepsLeft = steps;
    this.#mostCharacters = inputLength + MOST_CHARACTERS;
  }

  /** @throws TOO_LONG if there have been too many */
  readonly step = (steps = 1): void => {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw TOO_LONG;
  };

  /** Ends the evaluation: what goes on of it, beside what has failed, fails with its next step. */
  end(): void {
    this.#stepsLeft = -Infinity;
  }

  /**
   * Measures a value. Parts that were measured before count with what they had then, so a value that holds the same part
   * many times is found to be large before somebody walks through it.
   *
   * @throws TOO_LARGE
   */
  measure(value: unknown): void {
    if (typeof value === "string" ? value.length > this.#mostCharacters : this.#isTooLarge(value)) {
      throw TOO_LARGE;
    }
  }

  #isTooLarge(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return Array.isArray(value) && value.length > MOST_ITEMS || this.#sizeOf(value) > this.#mostCharacters;
  }

  /**
   * Checks the JSON that is answered: in it, signs of texts may have become longer, which are not looked through before.
   *
   * @throws TOO_LARGE
   */
  measureJson(texts: readonly string[]): void {
    if (texts.reduce((length, text) => length + text.length, 0) > this.#mostCharacters) throw TOO_LARGE;
  }

  /** The length of a value as JSON, in characters, if no sign of its texts is written as several. */
  #sizeOf(value: unknown): number {
    if (typeof value === "string") return value.length + 2;
    if (typeof value === "number") return String(value).length;
    if (typeof value !== "object" || value === null || isFunction(value)) return 4;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    this.#sizes.set(value, 1); // it may hold itself
    let size = 2, parts = 0;
    if (Array.isArray(value)) {
      for (const item of value) size += this.#sizeOf(item) + 1;
      parts = value.length;
    } else {
      for (const [key, member] of Object.entries(value)) {
        size += key.length + this.#sizeOf(member) + 4;
        parts++;
      }
    }
    this.step(parts / MEASURED_PER_STEP);
    this.#sizes.set(value, size);
    return size;
  }
}

/** Whether a value is a function of JSONata. */
export function isFunction(value: object): boolean {
  return "_jsonata_lambda" in value || "_jsonata_function" in value;
}
