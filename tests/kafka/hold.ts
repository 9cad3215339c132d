import type { ISocketFactory } from "kafkajs";
import type { Socket } from "node:net";
import { open } from "./cut.ts";

/** The network of one Kafka client, which a test can slow down: what the client sends is held, and arrives later. */
export class HeldSockets {
  #held: (() => void)[] | undefined;

  /** For the options of `new Kafka()`. */
  readonly socketFactory: ISocketFactory = (args) => {
    const socket = open(args);
    const write = socket.write.bind(socket);
    socket.write = ((...args: Parameters<Socket["write"]>) => {
      if (this.#held === undefined) return write(...args);
      this.#held.push(() => write(...args));
      return true;
    }) as Socket["write"];
    return socket;
  };

  /** Holds all that is sent from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** The number of writes that are held. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Lets everything that is held arrive, in its order. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }
}
