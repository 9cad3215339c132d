import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/model/mod.ts";
import type { QueueDriver } from "../../../lib/queue/mod.ts";
import { held } from "../../queue/samples.ts";
import { Orders } from "../orders.ts";
import type { Running, World } from "../world.ts";

/**
 * Takes away from a consumer some of what it holds, as a driver does that divides a queue among consumers: it may hand that
 * over in time.
 */
export class Taker {
  readonly #world: World;
  readonly #orders = new Orders();
  readonly #owed = new Set<Set<string>>();
  readonly #timers: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    ...this.#orders.alter(queue),
    pull: async (max, signal, bounds) => {
      const claims = await queue.pull(max, signal, bounds);
      this.#settle(claims.map(({ instance: { id } }) => id)); // it may keep what it has been given since
      return claims;
    },
    release: (held) => {
      this.#settle(held.map(({ instanceId }) => instanceId));
      return queue.release(held);
    },
  });

  #settle(ids: readonly string[]): void {
    for (const owed of this.#owed) for (const id of ids) owed.delete(id);
  }

  async revoke({ queue }: Running, withinMs: number): Promise<void> {
    const running = await Array.fromAsync(queue.list({ states: ["running"] }), ({ instance: { id } }) => id);
    const ids = running.filter((id) => !id.includes("/") && seededRandom(id).next() < 0.7);
    const owed = new Set(ids);
    this.#owed.add(owed);
    this.#orders.send({ kind: "revoked", ids, withinMs });
    await this.#world.clock.idle();
    const end = () => queue.release(held(...owed)).catch(({ code }) => assertEquals(code, "closed"));
    this.#timers.push(this.#world.clock.after(withinMs, end));
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
  }
}
