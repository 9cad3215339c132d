import type { NodeRecord } from "../model/mod.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { QueueWriter } from "./queue_writer.ts";

/** Writes what has settled of held instances. */
export class ProgressWriter {
  readonly #writer: QueueWriter;
  readonly #lost: (held: HeldInstance) => void;

  /** @param lost called with an instance that is another consumer's by now */
  constructor(writer: QueueWriter, lost: (held: HeldInstance) => void) {
    this.#writer = writer;
    this.#lost = lost;
  }

  /**
   * Writes what has settled of an instance, unless it is lost.
   *
   * @param notes of starts and delays: what came before them must be known to whoever finds them
   */
  async write(held: HeldInstance, ...notes: readonly NodeRecord[]): Promise<void> {
    if (held.lost) return;
    const settled = held.takeUnwritten();
    const records = notes.length === 0 ? settled : [...settled, ...notes];
    const progress = { instanceId: held.id, claim: held.claim, records };
    if (await this.#writer.checkpoint(progress, held) !== undefined) this.#lost(held);
  }
}
