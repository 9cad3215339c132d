import type { ServerResponse } from "node:http";
import { type Clock, onAbort } from "../model/mod.ts";

/** Whoever has not read what was sent within this time, in milliseconds, is disconnected. */
const SLOW_MS = 30_000;

/** The circumstances of an answer. */
export interface Sending {
  readonly clock: Clock;
  /** Aborted when the caller has gone. */
  readonly gone: AbortSignal;
  readonly isHead: boolean;
}

/**
 * Sends an answer; resolves when all of it is with the caller's system, or the caller has gone. A stream is read no faster than
 * its caller reads, so a slow one piles nothing up here.
 */
export async function sendResponse(
  response: Response,
  outgoing: ServerResponse,
  sending: Sending,
): Promise<void> {
  if (sending.gone.aborted) return void await response.body?.cancel();
  const headers = Object.fromEntries(response.headers);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (response.body === null || sending.isHead) {
    await response.body?.cancel();
    outgoing.writeHead(response.status, headers);
    outgoing.end();
  } else if (isStream) {
    outgoing.writeHead(response.status, headers);
    outgoing.flushHeaders();
    await stream(response.body, outgoing, sending);
  } else {
    const body = new Uint8Array(await response.arrayBuffer());
    outgoing.writeHead(response.status, { ...headers, "content-length": String(body.length) });
    outgoing.end(body);
  }
  await within(SLOW_MS, outgoing, "finish", sending);
}

async function stream(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  sending: Sending,
): Promise<void> {
  const reader = body.getReader();
  const forget = onAbort(sending.gone, () => void reader.cancel().catch(() => {})); // who made it is told
  try {
    for (let part = await reader.read(); !part.done && !sending.gone.aborted; part = await reader.read()) {
      if (!outgoing.write(part.value)) await within(SLOW_MS, outgoing, "drain", sending);
    }
  } finally {
    forget();
    outgoing.end();
  }
}

/** Waits for an event of an answer; disconnects its caller if it is long in coming. */
function within(
  ms: number,
  outgoing: ServerResponse,
  event: "finish" | "drain",
  { clock, gone }: Sending,
): Promise<void> {
  if (gone.aborted || event === "finish" && outgoing.writableFinished) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => outgoing.destroy());
    const over = (): void => {
      cancel();
      outgoing.removeListener(event, over);
      forget();
      resolve();
    };
    outgoing.once(event, over);
    const forget = onAbort(gone, over);
  });
}
