import type { Address } from "./address.ts";
import { after, loadNet, nowMs, type Socket, soon } from "./runtime.ts";

/** The time that a collector has to take a connection, in milliseconds. */
const CONNECT_MS = 200;
/** After a collector did not take a connection, nobody tries to reach it for this time, in milliseconds. */
const AWAY_MS = 5000;
/** Connections on their way at a time; more are not tried. */
const MOST_CONNECTING = 100;

/** Until when collectors count as away, in milliseconds since 1970, by their addresses. */
const away = new Map<string, number>();
let connecting = 0;

/**
 * Lines on their way to a collector, over one connection. Nothing of it ever fails for whoever speaks, nor waits, nor keeps
 * a process alive: a line that cannot be sent is dropped.
 */
export class Channel {
  readonly #address: Address;
  readonly #lines: { readonly text: string; readonly done: () => void }[] = [];
  #socket: Socket | undefined;
  #isOpen = false;
  #isOver = false;
  #isLast = false;
  #cancelTimer = () => {};

  constructor(address: Address) {
    this.#address = address;
    if (isAway(address) || connecting >= MOST_CONNECTING) {
      this.#isOver = true;
      return;
    }
    connecting++;
    void this.#connect();
  }

  /** Whether no more lines can be sent over it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends a line. @returns resolves when the system has it, or it is lost */
  say(text: string): Promise<void> {
    return new Promise((done) => {
      if (this.#isOver) done();
      else if (this.#isOpen) this.#socket!.write(text, () => done());
      else this.#lines.push({ text, done });
    });
  }

  /** Ends the channel: no more lines will be sent. */
  close(): void {
    this.#isLast = true;
    if (this.#isOpen) this.#socket!.end();
  }

  async #connect(): Promise<void> {
    const net = await loadNet();
    try {
      if (net === undefined) return this.#end();
      const socket = this.#socket = net.connect(this.#address);
      this.#cancelTimer = after(CONNECT_MS, () => soon(() => this.#giveUp()), false);
      socket.on("connect", () => this.#opened());
      socket.on("error", () => this.#giveUp());
      socket.on("end", () => this.#end());
      socket.on("close", () => this.#end());
      socket.setNoDelay(true);
      socket.unref();
    } catch {
      this.#giveUp();
    }
  }

  #opened(): void {
    if (this.#isOver) return;
    this.#settle();
    this.#isOpen = true;
    for (const { text, done } of this.#lines.splice(0)) this.#socket!.write(text, () => done());
    if (this.#isLast) this.#socket!.end();
  }

  /** Nobody took the connection in time. A timer may be late, as a function may have kept the event loop to itself. */
  #giveUp(): void {
    if (!this.#isOpen && !this.#isOver) putAway(this.#address);
    if (!this.#isOpen) this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    if (!this.#isOpen) this.#settle();
    this.#isOver = true;
    this.#isOpen = false;
    this.#socket?.destroy();
    for (const { done } of this.#lines.splice(0)) done();
  }

  /** It is not on its way any more. */
  #settle(): void {
    connecting--;
    this.#cancelTimer();
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}

function isAway(address: Address): boolean {
  const untilMs = away.get(keyOf(address));
  if (untilMs === undefined) return false;
  if (nowMs() < untilMs) return true;
  away.delete(keyOf(address));
  return false;
}

function putAway(address: Address): void {
  if (away.size >= MOST_CONNECTING) away.clear();
  away.set(keyOf(address), nowMs() + AWAY_MS);
}
