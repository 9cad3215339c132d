/**
 * The sum of numbers that come and go. Nothing is lost whatever their order and their magnitudes: a plain running sum keeps an
 * error of each number that it ever held, which is all that remains once large numbers have left small ones behind.
 *
 * The sum is kept as numbers that do not overlap (Shewchuk, Adaptive precision floating-point arithmetic, Discrete &
 * Computational Geometry 18, 1997), at most 40 of them, nearly always one or two.
 */
export class ExactSum {
  /** The least first, none of them 0. */
  readonly #parts: number[] = [];

  /** Adds a number; what is to be taken away is added with its sign changed. It must be finite, and so must be the sum. */
  add(number: number): void {
    const parts = this.#parts, { length } = parts;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const part = parts[i]!, sum = number + part;
      const error = Math.abs(number) < Math.abs(part) ? number - (sum - part) : part - (sum - number);
      if (error !== 0) parts[kept++] = error;
      number = sum;
    }
    if (number !== 0) parts[kept++] = number;
    while (parts.length > kept) parts.pop();
  }

  /** The number next to the sum; of two, the even one. */
  get value(): number {
    const parts = this.#parts;
    let at = parts.length - 1, error = 0;
    let value = at < 0 ? 0 : parts[at]!;
    while (error === 0 && --at >= 0) {
      const before = value, part = parts[at]!;
      value = before + part;
      error = part - (value - before);
    }
    // Half of a last place was rounded to the even number, but what lies below says that the other one is nearer.
    if (at > 0 && error < 0 === parts[at - 1]! < 0) {
      const other = value + 2 * error;
      if (other - value === 2 * error) return other;
    }
    return value;
  }
}
