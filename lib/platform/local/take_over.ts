import type { Clock } from "../../model/mod.ts";
import { PlatformError } from "../platform.ts";
import { ASIDE_PATH, LOCAL_ADDRESS } from "./local_address.ts";
import { LocalServer, type LocalServerOptions } from "./local_server.ts";

/** The time that a server that steps aside may take, and the interval at which it is looked whether it has, in milliseconds. */
const PATIENCE_MS = 5000, LOOK_MS = 50;

/**
 * Starts a local platform, also where a consumer or a load generator has started one for modelled functions: that one steps
 * aside.
 *
 * @throws {PlatformError} if it cannot listen there
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { clock, listen = LOCAL_ADDRESS } = options;
  try {
    return new LocalServer(options);
  } catch (error) {
    if (!(error instanceof PlatformError) || !await stepsAside(`http://${listen}`)) throw error;
    return await untilFree(clock, () => new LocalServer(options));
  }
}

async function stepsAside(base: string): Promise<boolean> {
  try {
    const response = await fetch(base + ASIDE_PATH, { method: "POST", signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status === 202;
  } catch {
    return false; // it is none of ours
  }
}

async function untilFree(clock: Clock, start: () => LocalServer): Promise<LocalServer> {
  const lastMs = clock.nowMs() + PATIENCE_MS;
  for (;;) {
    try {
      return start();
    } catch (error) {
      if (clock.nowMs() >= lastMs) throw error;
      await clock.until(clock.nowMs() + LOOK_MS);
    }
  }
}
