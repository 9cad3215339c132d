import type { Clock } from "../../../model/mod.ts";

/** An address that has not answered for this long gets company from the next one, in milliseconds (RFC 8305 says 250). */
const NEXT_AFTER_MS = 250;

/**
 * Connects to several addresses, each begun when the one before it has failed or has not answered for 250 ms, and takes the
 * first connection that is made.
 *
 * @param connect makes a connection; its signal is aborted when it is not needed any more
 * @returns the connection and its address
 * @throws the last error of `connect`, if no address answers, or the signal's reason
 */
export async function firstConnected<T extends Disposable>(
  addresses: readonly string[],
  connect: (address: string, signal: AbortSignal) => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly [T, string]> {
  if (addresses.length === 1) return [await connect(addresses[0]!, signal), addresses[0]!];
  const rest = [...addresses], over = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<readonly [T, string]>();
  const both = AbortSignal.any([signal, over.signal]);
  let underWay = 0, disarm = () => {};
  const next = (): void => {
    disarm();
    const address = rest.shift();
    if (address === undefined || both.aborted) return;
    underWay++;
    if (rest.length > 0) disarm = clock.after(NEXT_AFTER_MS, next);
    connect(address, both).then((made) => {
      if (over.signal.aborted) return made[Symbol.dispose]();
      over.abort();
      resolve([made, address]);
    }, (error) => {
      underWay--;
      if (rest.length > 0 && !both.aborted) next();
      else if (underWay === 0) reject(error);
    });
  };
  next();
  try {
    return await promise;
  } finally {
    disarm();
    over.abort();
  }
}
