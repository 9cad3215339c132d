import { type Clock, SequoiaError } from "../model/mod.ts";
import { parseTimedLine, type TimedLine } from "../record/mod.ts";
import { LineAssembler } from "./lines.ts";

/** The options of a collector. */
export interface CollectorOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  /** Called for each line that is a function's, with the instant at which it was received, in milliseconds since 1970. */
  readonly onLine: (line: TimedLine, receivedAtMs: number) => void;
  /**
   * Most connections at a time; then the one that has been silent the longest is closed, after a second of silence. Others
   * wait meanwhile. (Default: 4,096)
   */
  readonly connections?: number;
  /** The silence after which a connection is closed, in milliseconds. (Default: 60,000) */
  readonly idleMs?: number;
}

/** The counts of a collector up to now. */
export interface CollectorCounts {
  /** Connections taken, and those that are open now. */
  readonly connections: number;
  readonly open: number;
  /** Lines that were understood. */
  readonly lines: number;
  /** Those that were not: garbage, too long, or broken off. */
  readonly unreadable: number;
}

const CONNECTIONS = 4096;
const IDLE_MS = 60_000;
/** Where there are too many connections, this is silence, in milliseconds. */
const SILENT_MS = 1000;
/** Longer lines, in bytes, are left out. With the bytes that are read at a time, at most 80 MiB are held, whatever is sent. */
const LONGEST_LINE = 16 * 1024;
/** The bytes that are read at a time: at first, and from a sender that fills those. Most connections bring a line or two. */
const FIRST_CHUNK = 512, CHUNK = 4096;
/** The pause before the next try after a failure of the system (it has no file descriptors left), in milliseconds. */
const PAUSE_MS = 50;

/** The codes of errors about collectors; stable. */
export type CollectErrorCode = "cannot-listen";

/** A collector that cannot listen. */
export class CollectError extends SequoiaError<CollectErrorCode> {
  override readonly name = "CollectError";
}

/** Somebody who sends lines. */
interface Sender {
  readonly connection: Deno.TcpConn;
  readonly lines: LineAssembler;
  receivedAtMs: number;
}

/**
 * Listens over TCP for what functions say of themselves, a line each time: `<name>-<start|end>-<seconds since 1970>-<id>`. One
 * connection may bring any number of lines. Nothing is answered.
 */
export class Collector implements AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
  readonly #options: CollectorOptions;
  readonly #listener: Deno.TcpListener;
  readonly #end = new AbortController();
  /** The longest silent first. */
  readonly #senders = new Set<Sender>();
  /** The number of connections that are being read, and the callback for the instant at which none is any more. */
  #hearing = 0;
  #silence = () => {};
  readonly #accepting: Promise<void>;
  readonly #idleMs: number;
  readonly #most: number;
  /** Called when a connection has been closed. */
  #closed = () => {};
  #cancelSweep: (() => void) | undefined;
  #connections = 0;
  #lines = 0;
  #unreadable = 0;

  /** @throws {CollectError} if it cannot listen there */
  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#idleMs = options.idleMs ?? IDLE_MS;
    this.#most = options.connections ?? CONNECTIONS;
    const { hostname, port } = options;
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (cause) {
      throw cannotListen(hostname, port, cause);
    }
    this.hostname = hostname;
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** The counts up to now. */
  get counts(): CollectorCounts {
    return {
      connections: this.#connections,
      open: this.#senders.size,
      lines: this.#lines,
      unreadable: this.#unreadable,
    };
  }

  async #accept(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#end;
    while (!signal.aborted) {
      if (this.#senders.size >= this.#most) await this.#room();
      let connection: Deno.TcpConn;
      try {
        connection = await this.#listener.accept();
      } catch {
        if (!signal.aborted) await clock.until(clock.nowMs() + PAUSE_MS, signal);
        continue;
      }
      void this.#receive(connection);
    }
  }

  /**
   * Waits until another connection may be taken: until one has ended, or the longest silent one has been silent for long enough
   * that no unread bytes explain it.
   */
  async #room(): Promise<void> {
    const { clock } = this.#options;
    while (this.#senders.size >= this.#most && !this.#end.signal.aborted) {
      const longest: Sender = this.#senders.values().next().value!;
      const silentMs = clock.nowMs() - longest.receivedAtMs;
      if (silentMs >= SILENT_MS) this.#close(longest);
      else await this.#closedWithin(SILENT_MS - silentMs);
    }
  }

  #closedWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#closed = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Reads the lines of a sender until it ends; whatever happens to its connection ends there. */
  async #receive(connection: Deno.TcpConn): Promise<void> {
    const { clock } = this.#options;
    const sender = { connection, lines: new LineAssembler(LONGEST_LINE), receivedAtMs: clock.nowMs() };
    this.#connections++;
    this.#hearing++;
    this.#senders.add(sender);
    this.#cancelSweep ??= this.#planSweep();
    let buffer = new Uint8Array(FIRST_CHUNK);
    try {
      for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) {
        sender.receivedAtMs = clock.nowMs();
        this.#senders.delete(sender);
        this.#senders.add(sender);
        for (const text of sender.lines.push(buffer.subarray(0, read))) this.#take(text, sender.receivedAtMs);
        if (read === buffer.length && read < CHUNK) buffer = new Uint8Array(CHUNK);
      }
    } catch { // the sender broke off, or it was closed here
    }
    this.#unreadable += sender.lines.overlong;
    if (sender.lines.isWithin) this.#unreadable++;
    this.#close(sender);
    if (--this.#hearing === 0) this.#silence();
  }

  #take(text: string, receivedAtMs: number): void {
    if (text.trim() === "") return;
    const line = parseTimedLine(text);
    if (line === undefined) this.#unreadable++;
    else {
      this.#lines++;
      this.#options.onLine(line, receivedAtMs);
    }
  }

  #close(sender: Sender): void {
    if (!this.#senders.delete(sender)) return;
    sender.connection.close();
    this.#closed();
  }

  #planSweep(): () => void {
    return this.#options.clock.after(this.#idleMs / 4, () => {
      const latestMs = this.#options.clock.nowMs() - this.#idleMs;
      for (const sender of this.#senders) {
        if (sender.receivedAtMs > latestMs) break;
        this.#close(sender);
      }
      this.#cancelSweep = this.#senders.size === 0 ? undefined : this.#planSweep();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#closed();
    this.#listener.close();
    this.#cancelSweep?.();
    for (const sender of this.#senders) this.#close(sender);
    await this.#accepting;
    if (this.#hearing > 0) await new Promise<void>((resolve) => this.#silence = resolve);
  }
}

function cannotListen(hostname: string, port: number, cause: unknown): CollectError {
  const state = cause instanceof Deno.errors.AddrInUse
    ? "the port is in use. End what listens there, or choose another port"
    : `${(cause as Error).message}. Choose another address`;
  return new CollectError("cannot-listen", `Cannot listen for functions at ${hostname}:${port}: ${state}`, {
    cause,
  });
}
