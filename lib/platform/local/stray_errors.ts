import { AsyncLocalStorage } from "node:async_hooks";

/** A call whose body runs, or has run. */
interface BodyCall {
  readonly name: string;
  /** Ends the call as failed; too late when it has been answered. */
  readonly fail: (error: unknown) => void;
  isOver: boolean;
}

/**
 * Finds the function of an error that no body awaits, as that of a timer or of a promise that nobody has kept: the call of that
 * body fails with it, and no other does.
 */
export class StrayErrors {
  readonly #context = new AsyncLocalStorage<BodyCall>();
  readonly #running = new Set<BodyCall>();
  readonly #told: (words: string) => void;

  /** @param told called with each error, in words that name its function as far as that is known */
  constructor(told: (words: string) => void) {
    this.#told = told;
  }

  /** Runs a body. Rejects as the body does, or with the first error that the body does not await. */
  async run<T>(name: string, body: () => T | Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const call: BodyCall = { name, fail: reject, isOver: false };
    this.#running.add(call);
    try {
      return await Promise.race([this.#context.run(call, async () => await body()), promise]);
    } finally {
      call.isOver = true;
      this.#running.delete(call);
    }
  }

  /** The function whose body has led to the code that runs now, also after its answer. */
  get current(): string | undefined {
    return this.#context.getStore()?.name;
  }

  /** Takes an error that nobody has caught. */
  take(error: unknown): void {
    const call = this.#context.getStore();
    const what = wordsOf(error);
    if (call === undefined) {
      const [only, ...others] = this.#running;
      const whose = only !== undefined && others.length === 0
        ? `function ${only.name}, or one before it`
        : "a function";
      this.#told(`${whose}: an error that its body does not await: ${what}`);
    } else if (call.isOver) {
      this.#told(`function ${call.name}: an error after its answer: ${what}`);
    } else {
      this.#told(`function ${call.name} failed by an error that its body does not await: ${what}`);
      call.fail(error);
    }
  }

  /** Wraps a callback so that its errors are taken; for timers, whose errors have no context otherwise. */
  guarded<A extends unknown[]>(callback: (...args: A) => unknown): (...args: A) => void {
    const take = (error: unknown) => this.take(error);
    return function (this: unknown, ...args) {
      try {
        callback.apply(this, args);
      } catch (error) {
        take(error);
      }
    };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
