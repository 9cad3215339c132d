import type { ISocketFactory } from "kafkajs";
import { connect as connectTcp, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** An error as the operating system's, by its code. */
function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** A connection as kafkajs makes it without a factory. */
export const open: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // kafkajs is typed as if there were always TLS, and passes none where there is none.
  if (!ssl) return connectTcp({ host, port }, onConnect);
  return connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect);
};

/**
 * The network of one Kafka client, which a test can cut and restore. A proxy would not do: clients follow the
 * address that the broker advertises, past the proxy; this one is the client's own `socketFactory`.
 */
export class CuttableSockets {
  readonly #open = new Set<Socket>();
  #cut = false;

  /** For the options of `new Kafka()`. */
  readonly socketFactory: ISocketFactory = (args) => {
    if (this.#cut) {
      return new Socket().destroy(
        networkError("ECONNREFUSED", `connect ECONNREFUSED ${args.host}:${args.port}`),
      );
    }
    const socket = open(args);
    socket.setKeepAlive(true, 60_000); // ms, as kafkajs has it
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    return socket;
  };

  /** Breaks all connections, and refuses new ones until {@linkcode restore}. */
  cut(): void {
    this.#cut = true;
    // Only an error tells kafkajs: at a mere close it would wait until its requests time out.
    for (const socket of this.#open) socket.destroy(networkError("ECONNRESET", "read ECONNRESET"));
  }

  /** Lets connections be made again; the client comes back by its own retries. */
  restore(): void {
    this.#cut = false;
  }
}
