import type { Order, QueueDriver } from "../../lib/queue/mod.ts";

/** Orders that a consumer hears beside those of its queue, as from a driver that divides it. */
export class Orders {
  #waiting: Order[] = [];
  #rung = Promise.withResolvers<void>();

  send(order: Order): void {
    this.#waiting.push(order);
    this.#rung.resolve();
  }

  /** The method that adds these orders to those of a queue. */
  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    commands: (signal) => this.#merge(queue.commands(signal)),
  });

  async *#merge(commands: AsyncIterable<Order>): AsyncGenerator<Order> {
    const iterator = commands[Symbol.asyncIterator]();
    let next = iterator.next();
    while (true) {
      yield* this.#waiting.splice(0);
      const heard = await Promise.race([next, this.#rung.promise]);
      this.#rung = Promise.withResolvers();
      if (this.#waiting.length > 0 || heard === undefined) continue;
      if (heard.done) return;
      next = iterator.next();
      yield heard.value;
    }
  }
}
