import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, onAbort } from "../model/mod.ts";
import type { App } from "./app.ts";
import { partyOf } from "./caller.ts";
import { Connections } from "./connections.ts";
import { ServeError } from "./errors.ts";
import { FairRoom } from "./fair_room.ts";
import { ProblemError, problemOf, problemOfError } from "./problems.ts";
import { RequestReader } from "./request_reader.ts";
import { sendResponse } from "./response_writer.ts";
import { Turns } from "./turns.ts";

/** Most headers of a request together, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;
/** The longest times, in milliseconds, that headers, and a request as a whole, may take to come. */
const HEADERS_MS = 10_000, REQUEST_MS = 30_000;
/** A connection without a request is closed after this time, in milliseconds. */
const IDLE_MS = 30_000;
/** Time between two looks for requests that are late, in milliseconds. */
const LOOK_MS = 1000;
/** Most connections at a time; who comes then takes the place of one without a request, or is turned away. */
export const MOST_CONNECTIONS = 1000;

/** The options of a server. */
export interface ApiServerOptions {
  readonly app: App;
  readonly clock: Clock;
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** (Default: 1,000) */
  readonly mostConnections?: number;
  /** The longest times that headers, and a request as a whole, may take to come, in milliseconds. (Default: 10 s, 30 s) */
  readonly headersMs?: number;
  readonly requestMs?: number;
  /** Most bytes of the bodies of all requests that are not answered yet. (Default: 128 MiB) */
  readonly mostHeldBytes?: number;
}

/** An HTTP server whose callers may be slow, many, or hostile: headers, bodies, connections and times are bounded. */
export class ApiServer {
  readonly url: string;
  readonly #server: Server;
  readonly #open = new Set<Promise<void>>();
  #isEnding = false;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @throws {ServeError} `cannot-listen` */
  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    const { app, clock, hostname, port, mostConnections = MOST_CONNECTIONS } = options;
    const { headersMs = HEADERS_MS, requestMs = REQUEST_MS } = options;
    const reader = new RequestReader(options.mostHeldBytes), turns = new Turns();
    const requests = new FairRoom(mostConnections);
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: LOOK_MS,
      highWaterMark: 64 * 1024,
    });
    new Connections(server, mostConnections);
    server.on("clientError", refuse);
    await listening(server, hostname, port);
    const { port: bound } = server.address() as { port: number };
    const api = new ApiServer(
      server,
      `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${bound}`,
    );
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const answering = { app, clock, reader, requests, isEnding: () => api.#isEnding };
      const turn = turns.take(request.socket, () => answer(answering, request, response));
      if (turn === undefined) return void request.socket.destroy();
      const answered = turn.finally(() => api.#open.delete(answered));
      api.#open.add(answered);
    });
    return api;
  }

  /** The number of requests that are being answered. */
  get open(): number {
    return this.#open.size;
  }

  /** Takes no more connections; resolves when all requests are answered, or `stop` is aborted. */
  async drain(stop: AbortSignal): Promise<void> {
    this.#isEnding = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    const stopped = Promise.withResolvers<void>();
    const forget = onAbort(stop, () => stopped.resolve());
    try {
      while (this.#open.size > 0 && !stop.aborted) {
        await Promise.race([Promise.all(this.#open), stopped.promise]);
      }
    } finally {
      forget();
      this.#server.closeAllConnections();
    }
  }
}

interface Answering {
  readonly app: App;
  readonly clock: Clock;
  readonly reader: RequestReader;
  /** Room for requests that are being answered, each on a connection of its own. */
  readonly requests: FairRoom;
  readonly isEnding: () => boolean;
}

async function answer(
  { app, clock, reader, requests, isEnding }: Answering,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (incoming.socket.destroyed) return; // its caller has gone before its turn
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  outgoing.on("error", () => gone.abort());
  const caller = await app.callerOf(incoming.headers.authorization), party = partyOf(caller);
  using place = requests.place(party), held = reader.room(party);
  let response: Response;
  try {
    if (place === undefined) throw CROWDED();
    response = await app.fetch(await reader.read(incoming, held, gone.signal), caller);
  } catch (error) {
    const problem = problemOfError(error);
    if (problem === undefined) throw error; // the app answers its own
    response = problem.response();
    outgoing.shouldKeepAlive = false; // the rest of the body is not read
  }
  if (isEnding()) outgoing.shouldKeepAlive = false;
  await sendResponse(response, outgoing, { clock, gone: gone.signal, isHead: incoming.method === "HEAD" });
}

async function listening(server: Server, hostname: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, hostname, () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    const state = code === "EADDRINUSE"
      ? "the port is in use. End what listens there, or choose another port"
      : `${message}. Choose another address`;
    throw new ServeError("cannot-listen", `Cannot listen at ${hostname}:${port}: ${state}`, { cause });
  }
}

const CROWDED = () =>
  new ProblemError(
    503,
    "unavailable",
    "Cannot answer: this key has as many requests under way as there is room for others. Send it again in a second",
    { headers: { "retry-after": "1" } },
  );
const OVERFLOW = new ProblemError(
  431,
  "too-large",
  `Cannot read headers of more than ${MAX_HEADER_BYTES} bytes. Send fewer`,
);
const LATE = new ProblemError(
  408,
  "too-slow",
  "Cannot wait any longer for the rest of the request. Send it at once",
);
const GARBLED = new ProblemError(
  400,
  "invalid-request",
  "Cannot read the request: it is no HTTP. Check the client",
);

/** Answers who sends what is no request, or is late with it, and closes the connection. */
function refuse(error: Error & { code?: string }, socket: import("node:stream").Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const problem = error.code === "HPE_HEADER_OVERFLOW"
    ? OVERFLOW
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? LATE
    : GARBLED;
  const body = JSON.stringify(problemOf(problem));
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\n` +
      `connection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
