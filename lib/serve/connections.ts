import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Bounds the connections of a server. Who comes when there are as many takes the place of the one that has had no request for
 * the longest time; if all have one, it is turned away. So connections that are only kept open keep nobody out.
 */
export class Connections {
  readonly #most: number;
  /** The number of requests that each is being answered; those without one stand in the order of their last. */
  readonly #open = new Map<Socket, number>();

  constructor(server: Server, most: number) {
    this.#most = most;
    server.on("connection", (socket: Socket) => this.#add(socket));
    server.on(
      "request",
      ({ socket }: { socket: Socket }, response: { once(event: "close", over: () => void): void }) => {
        this.#count(socket, 1);
        response.once("close", () => this.#count(socket, -1));
      },
    );
  }

  /** The number of connections. */
  get size(): number {
    return this.#open.size;
  }

  #add(socket: Socket): void {
    socket.once("close", () => this.#open.delete(socket));
    if (this.#open.size >= this.#most && !this.#closeIdle()) return void socket.destroy();
    this.#open.set(socket, 0);
  }

  #count(socket: Socket, change: number): void {
    const requests = this.#open.get(socket);
    if (requests === undefined) return;
    this.#open.delete(socket); // it goes to the end of the line
    this.#open.set(socket, requests + change);
  }

  #closeIdle(): boolean {
    for (const [socket, requests] of this.#open) {
      if (requests > 0) continue;
      this.#open.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}
