/** A look at something that callers share: each gets what is there after its call, and those that come meanwhile get the same. */
export class FreshLook {
  readonly #look: () => Promise<void>;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Looks, behind a look that has begun already. */
  take(): Promise<void> {
    if (this.#current === undefined) {
      return this.#current = this.#look().finally(() => this.#current = undefined);
    }
    return this.#next ??= this.#current.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.take();
    });
  }
}
