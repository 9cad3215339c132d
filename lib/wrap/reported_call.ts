import { type Address, addressOf, parseAddress } from "./address.ts";
import { Channel } from "./channel.ts";
import { DEFAULT_NAME, lineOf, timingOf } from "./line.ts";
import { after, env, nowMs, ticksMs } from "./runtime.ts";

/** The options by which a function reports its calls. */
export interface WrapOptions {
  /** The name under which the function reports. (Default: the name in the call, or "functionSide") */
  readonly name?: string;
  /**
   * The collector, as `host:port`: then calls cannot name another one. `false`: no collector. (Default: the
   * environment variable SEQUOIA_COLLECTOR, or else the address in each call)
   */
  readonly collector?: string | false;
}

/** The fields that a call carries about itself; any may be absent. */
export interface CallIdentity {
  /** Its idempotency key. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly address?: Address | undefined;
  /** Whether the call states that there is no collector for it; then an address in its event does not count. */
  readonly isUnreported?: boolean;
}

/** An answer waits at most this long for the system to take the line about its end, in milliseconds. */
const LONGEST_END_MS = 50;

/** A call of a function, which tells the collector when it has started and ended, as soon as it is known whose it is. */
export class ReportedCall {
  readonly #options: WrapOptions;
  readonly #startedAtMs = nowMs();
  readonly #since = ticksMs();
  #identity: CallIdentity = {};
  #channel: Channel | undefined;
  #endedAtMs: number | undefined;

  constructor(options: WrapOptions) {
    this.#options = options;
  }

  /** Whether it lacks an address that its call could still give. */
  get lacksAddress(): boolean {
    return this.#identity.address === undefined && this.#identity.isUnreported !== true &&
      this.#options.collector === undefined &&
      env(VARIABLE) === undefined;
  }

  /** Adds fields of its call; those known before stay. Reports the start as soon as id and collector are known. */
  identify({ id, name, address, isUnreported = false }: CallIdentity): void {
    const { id: knownId = id, name: knownName = name, isUnreported: wasUnreported = isUnreported } =
      this.#identity;
    const knownAddress = wasUnreported ? undefined : this.#identity.address ?? address;
    this.#identity = {
      id: knownId,
      name: knownName,
      address: knownAddress,
      isUnreported: wasUnreported || isUnreported,
    };
    if (this.#channel !== undefined || this.#endedAtMs !== undefined) return;
    this.#say("start", this.#startedAtMs);
  }

  /** Milliseconds since its start, as the value of a Server-Timing header. */
  get timing(): string {
    return timingOf(ticksMs() - this.#since);
  }

  /** Reports the end, once. @returns resolves when the line is on its way, or will not be, but after 50 ms at the latest */
  end(): Promise<void> {
    if (this.#endedAtMs !== undefined) return Promise.resolve();
    this.#endedAtMs = this.#startedAtMs + ticksMs() - this.#since;
    const sent = this.#say("end", this.#endedAtMs);
    this.#channel?.close();
    return sent === undefined ? Promise.resolve() : within(LONGEST_END_MS, sent);
  }

  #say(status: "start" | "end", atMs: number): Promise<void> | undefined {
    const { id, name = DEFAULT_NAME } = this.#identity;
    const address = this.#address();
    const line = id === undefined ? undefined : lineOf(this.#options.name ?? name, status, atMs, id);
    if (address === undefined || line === undefined) return undefined;
    if (this.#channel === undefined || this.#channel.isOver) this.#channel = new Channel(address);
    return this.#channel.say(line);
  }

  #address(): Address | undefined {
    const { collector = env(VARIABLE) } = this.#options;
    return collector === undefined
      ? this.#identity.address
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

/** Reads the fields from an event of Sequoia or of the original system; empty for any other event. */
export function identityInEvent(event: unknown): CallIdentity {
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

/** Reads the fields from the headers of a request. @param header gives one by its name in lower case */
export function identityInHeaders(header: (name: string) => string | null | undefined): CallIdentity {
  const collector = header("x-sequoia-collector");
  return {
    id: header("idempotency-key") ?? undefined,
    address: parseAddress(collector),
    isUnreported: collector === NOBODY,
  };
}
