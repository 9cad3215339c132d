/**
 * The parts of the machine that wrappers need. These run in functions of users, on Node.js, Deno or at an edge, far from the programs
 * of Sequoia that hand clocks around; so this is one of the few places that ask for the time, and nothing here is Deno's own.
 */

/** As much of a socket of `node:net` as is needed. */
export interface Socket {
  write(text: string, done: (error?: unknown) => void): unknown;
  end(): unknown;
  destroy(): unknown;
  unref(): unknown;
  setNoDelay(on: boolean): unknown;
  on(event: "connect" | "error" | "end" | "close", listener: () => void): unknown;
}

/** As much of `node:net` as is needed. */
export interface Net {
  connect(to: { readonly host: string; readonly port: number }): Socket;
}

/** The present instant, in milliseconds since 1970, with a fraction where the machine tells one. */
export function nowMs(): number {
  const whole = Date.now();
  // A process that is frozen between calls loses time by its monotonic clock, which so only says what lies within a millisecond.
  const fine = performance.timeOrigin + performance.now();
  return Math.min(Math.max(fine, whole), whole + 0.999);
}

/** Milliseconds since some instant, which no setting of a clock reaches: for how long things take. */
export function ticksMs(): number {
  return performance.now();
}

/**
 * Calls back once, this many milliseconds from now.
 *
 * @param keepsAlive whether the process must not end before
 * @returns what takes that back
 */
export function after(ms: number, callback: () => void, keepsAlive: boolean): () => void {
  const timer: unknown = setTimeout(callback, ms);
  if (!keepsAlive) (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** Calls back when what has come in meanwhile has been dealt with. */
export function soon(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  if (setImmediate === undefined) after(0, callback, true);
  else setImmediate(callback);
}

/** A variable of the environment, where there is one and it may be read. */
export function env(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}

/** Not written into the import, as bundlers for machines without TCP would stumble over it. */
const NET: string = "node:net";
let net: Promise<Net | undefined> | undefined;

/** Sockets, where there are any. */
export function loadNet(): Promise<Net | undefined> {
  return net ??= import(NET).then(
    (module: { default?: Net }) => typeof module.default?.connect === "function" ? module.default : undefined,
    () => undefined,
  );
}
