import { type Address, addressOf, parseAddress } from "./address.ts";
import { Channel } from "./channel.ts";
import { DEFAULT_NAME, lineOf, timingOf } from "./line.ts";
import { after, env, nowMs, ticksMs } from "./runtime.ts";

/** How a function tells of itself. */
export interface WrapOptions {
  /** What it calls itself. (Default: what the call says, or "functionSide") */
  readonly name?: string;
  /**
   * Where the collector is, as `host:port`: then calls cannot send it anywhere else. `false`: nowhere. (Default: the
   * environment variable SEQUOIA_COLLECTOR, or else what each call says)
   */
  readonly collector?: string | false;
}

/** What a call says of itself, as far as it does. */
export interface Said {
  /** Its idempotency key. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly address?: Address | undefined;
  /** Whether it says that there is no collector for it, whatever else its event says. */
  readonly isUntold?: boolean;
}

/** An answer waits so long at most, in milliseconds, for the system to take what is said of its end. */
const LAST_WORDS_MS = 50;

/** A call of a function, which tells the collector when it has started and ended, as soon as it is known whose it is. */
export class ToldCall {
  readonly #options: WrapOptions;
  readonly #startedAtMs = nowMs();
  readonly #since = ticksMs();
  #said: Said = {};
  #channel: Channel | undefined;
  #endedAtMs: number | undefined;

  constructor(options: WrapOptions) {
    this.#options = options;
  }

  /** Whether it lacks an address that its call could say. */
  get isHomeless(): boolean {
    return this.#said.address === undefined && this.#said.isUntold !== true &&
      this.#options.collector === undefined &&
      env(VARIABLE) === undefined;
  }

  /** Its call is known, or more of it: what was said before counts. */
  hear({ id, name, address, isUntold = false }: Said): void {
    const { id: knownId = id, name: knownName = name, isUntold: wasUntold = isUntold } = this.#said;
    const knownAddress = wasUntold ? undefined : this.#said.address ?? address;
    this.#said = { id: knownId, name: knownName, address: knownAddress, isUntold: wasUntold || isUntold };
    if (this.#channel !== undefined || this.#endedAtMs !== undefined) return;
    this.#say("start", this.#startedAtMs);
  }

  /** Milliseconds since its start, as the value of a Server-Timing header. */
  get timing(): string {
    return timingOf(ticksMs() - this.#since);
  }

  /** It has ended; told once. @returns resolves when that is on its way, or will not be, but after 50 ms at the latest */
  end(): Promise<void> {
    if (this.#endedAtMs !== undefined) return Promise.resolve();
    this.#endedAtMs = this.#startedAtMs + ticksMs() - this.#since;
    const said = this.#say("end", this.#endedAtMs);
    this.#channel?.close();
    return said === undefined ? Promise.resolve() : within(LAST_WORDS_MS, said);
  }

  #say(status: "start" | "end", atMs: number): Promise<void> | undefined {
    const { id, name = DEFAULT_NAME } = this.#said;
    const address = this.#address();
    const line = id === undefined ? undefined : lineOf(this.#options.name ?? name, status, atMs, id);
    if (address === undefined || line === undefined) return undefined;
    if (this.#channel === undefined || this.#channel.isOver) this.#channel = new Channel(address);
    return this.#channel.say(line);
  }

  #address(): Address | undefined {
    const { collector = env(VARIABLE) } = this.#options;
    return collector === undefined
      ? this.#said.address
      : collector === false
      ? undefined
      : parseAddress(collector);
  }
}

const VARIABLE = "SEQUOIA_COLLECTOR";

function within(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(ms, resolve, true);
    void done.then(() => {
      cancel();
      resolve();
    });
  });
}

/** What an event says: Sequoia's, the original's, or none of them. */
export function saidInEvent(event: unknown): Said {
  if (typeof event !== "object" || event === null) return {};
  const { id, name, ip, port } = event as Record<string, unknown>;
  return {
    id: typeof id === "string" ? id : typeof id === "number" ? String(id) : undefined,
    name: typeof name === "string" && name !== "" ? name : undefined,
    address: addressOf(ip, port),
  };
}

/** Stands for an address where there is no collector: the one in the event is for the first system's wrapper alone. */
const NOBODY = "none";

/** What the headers of a request say. @param header gives one by its name in lower case */
export function saidInHeaders(header: (name: string) => string | null | undefined): Said {
  const collector = header("x-sequoia-collector");
  return {
    id: header("idempotency-key") ?? undefined,
    address: parseAddress(collector),
    isUntold: collector === NOBODY,
  };
}
