import type { Copy } from "./messages.ts";
import type { Place } from "./records.ts";

/** Messages that brought an instance again, by its id, until their owner has passed them over. */
export class Copies {
  readonly #byId = new Map<string, Copy[]>();

  /** Adds one that was read behind all the others. */
  add(copy: Copy): void {
    const { id } = copy.instance, same = this.#byId.get(id);
    if (same === undefined) this.#byId.set(id, [copy]);
    else same.push(copy);
  }

  /** Forgets the one at a place. */
  forget(id: string, { offset }: Place): void {
    const left = (this.#byId.get(id) ?? []).filter(({ place }) => place.offset !== offset);
    if (left.length > 0) this.#byId.set(id, left);
    else this.#byId.delete(id);
  }

  /** Takes out the first one of an id. */
  take(id: string): Copy | undefined {
    const [first] = this.#byId.get(id) ?? [];
    if (first !== undefined) this.forget(id, first.place);
    return first;
  }
}
