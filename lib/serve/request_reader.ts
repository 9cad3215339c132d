import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { concatenated } from "../model/mod.ts";
import { FairRoom } from "./fair_room.ts";
import { ProblemError } from "./problems.ts";

/** The longest body, in bytes. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** All bodies that are being sent, or whose requests are being answered, hold at most this, in bytes. */
const MOST_HELD_BYTES = 128 * 1024 * 1024;

/** Methods that no request can be made with here; they are answered as others that no route has. */
const FORBIDDEN = /^(?:CONNECT|TRACE|TRACK)$/i;

/** The room that one request takes, until it is disposed. */
export interface HeldRoom extends Disposable {
  /** @returns whether it was taken: its party, and all requests together, stay within their bounds */
  add(bytes: number): boolean;
}

/** Reads requests as they come, within bounds for each body and for all that are not answered. The server bounds their time. */
export class RequestReader {
  readonly #room: FairRoom;

  /** @param mostHeldBytes of all bodies together (Default: 128 MiB) */
  constructor(mostHeldBytes = MOST_HELD_BYTES) {
    this.#room = new FairRoom(mostHeldBytes);
  }

  /** The room of one request; to be disposed when it is answered. @param party whom it counts for */
  room(party: string | undefined): HeldRoom {
    let own = 0;
    return {
      add: (bytes) => {
        const isTaken = this.#room.take(party, bytes);
        if (isTaken) own += bytes;
        return isTaken;
      },
      [Symbol.dispose]: () => {
        this.#room.give(party, own);
        own = 0;
      },
    };
  }

  /**
   * @param room takes its body
   * @param signal of the request that is made: aborted when its caller goes away
   * @throws {ProblemError}
   */
  async read(incoming: IncomingMessage, room: HeldRoom, signal: AbortSignal): Promise<Request> {
    const method = FORBIDDEN.test(incoming.method ?? "") ? "UNKNOWN" : incoming.method ?? "GET";
    const url = urlOf(incoming), headers = headersOf(incoming);
    const hasBody =
      incoming.headers["content-length"] !== undefined && incoming.headers["content-length"] !== "0" ||
      incoming.headers["transfer-encoding"] !== undefined;
    const body = hasBody ? await bodyOf(incoming, room) : undefined;
    if (body !== undefined && !isUtf8(body)) throw unusable("its body is not UTF-8");
    const takesBody = method !== "GET" && method !== "HEAD" && body !== undefined && body.length > 0;
    try {
      return new Request(url, { method, headers, signal, ...takesBody && { body } });
    } catch (cause) {
      throw unusable((cause as Error).message, cause);
    }
  }
}

/** @throws {ProblemError} 413 or 503 */
function bodyOf(incoming: IncomingMessage, room: HeldRoom): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    const fail = (error: ProblemError): void => {
      incoming.removeAllListeners("data");
      incoming.resume(); // what is still under way is thrown away
      parts.length = length = 0;
      reject(error);
    };
    incoming.on("data", (part: Uint8Array) => {
      length += part.length;
      if (length > MAX_BODY_BYTES) fail(tooLarge());
      else if (!room.add(part.length)) fail(noRoom());
      else parts.push(part);
    });
    incoming.once("end", () => resolve(concatenated(parts)));
    incoming.once("error", (cause) => fail(unusable("it broke off", cause)));
    incoming.once("close", () => {
      if (!incoming.complete) fail(unusable("it broke off"));
    });
  });
}

/** A name or an address, and perhaps a port: nothing that would make a part of the path of it. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** The URL of a request: its path, at the host that it names. */
function urlOf({ url = "/", headers: { host = "" } }: IncomingMessage): string {
  const found = url.startsWith("/") && HOST.test(host) ? URL.parse(`http://${host}${url}`) : null;
  if (found === null || found.username !== "" || found.password !== "") {
    throw unusable("its path, or the host that it names, cannot be read");
  }
  return found.href;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  try {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  } catch (cause) {
    throw unusable("a header cannot be read", cause);
  }
  return headers;
}

function unusable(why: string, cause?: unknown): ProblemError {
  return new ProblemError(400, "invalid-request", `Cannot use the request: ${why}. Check the client`, {
    cause,
  });
}

function tooLarge(): ProblemError {
  return new ProblemError(
    413,
    "too-large",
    `Cannot take a body of more than ${MAX_BODY_BYTES} bytes. Send fewer instances at a time, or pass references`,
  );
}

function noRoom(): ProblemError {
  return new ProblemError(
    503,
    "unavailable",
    "Cannot take the body: too many are being sent, or are not answered yet, of all or with this key. Send it again in a second",
    {
      headers: { "retry-after": "1" },
    },
  );
}
