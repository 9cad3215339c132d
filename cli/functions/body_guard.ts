import type { StrayErrors } from "../../lib/platform/mod.ts";

type Timer = (callback: unknown, ...rest: unknown[]) => unknown;

/**
 * Keeps the server alive whatever a function's body leaves behind, until its scope ends: an error that nobody catches goes
 * to `strays`, and a body that ends the process fails instead. Whose an error in a timer is, only the timer's callback
 * knows, so the global timers are wrapped.
 */
export class BodyGuard implements Disposable {
  readonly #undo = new DisposableStack();

  constructor(strays: StrayErrors) {
    this.#listen("error", (event) => {
      event.preventDefault();
      strays.take((event as ErrorEvent).error ?? (event as ErrorEvent).message);
    });
    this.#listen("unhandledrejection", (event) => {
      event.preventDefault();
      strays.take((event as PromiseRejectionEvent).reason);
    });
    for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
      const timer = globalThis[name] as unknown as Timer;
      const guarded: Timer = (callback, ...rest) =>
        timer(
          typeof callback === "function" && strays.current !== undefined
            ? strays.guarded(callback as () => unknown)
            : callback,
          ...rest,
        );
      this.#replace(globalThis, name, Object.assign(guarded, timer));
    }
    const { exit } = Deno;
    this.#replace(Deno, "exit", (code?: number): never => {
      if (strays.current === undefined) exit(code);
      throw new Error(
        `function ${strays.current} called exit(${
          code ?? ""
        }), which would end the server. Throw an error instead`,
      );
    });
  }

  #listen(type: "error" | "unhandledrejection", listener: (event: Event) => void): void {
    globalThis.addEventListener(type, listener);
    this.#undo.defer(() => globalThis.removeEventListener(type, listener));
  }

  #replace(owner: object, name: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name)!;
    Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value });
    this.#undo.defer(() => Object.defineProperty(owner, name, before));
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}
