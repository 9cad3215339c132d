import { assert, assertEquals } from "@std/assert";
import {
  type Chain,
  type JsonText,
  listText,
  type NodeRecord,
  NULL,
  shapeOf,
  writeJson,
} from "../../../lib/model/mod.ts";
import type { Held, InstanceView, QueueDriver } from "../../../lib/queue/mod.ts";
import type { SeenCall } from "../scripted_platform.ts";
import type { World } from "../world.ts";

/** The durable state of an instance. */
interface Known {
  readonly chain: Chain;
  /** The ends of nodes and items, by their places. */
  readonly settled: Map<string, Settled>;
  /** Nodes that may run once only and were called, by their places: they have failed for the consumer that goes on with them. */
  readonly started: Set<string>;
}

/** No map of a scene has more. */
const MOST_ITEMS = 50;

const INTERRUPTED: Settled = {
  state: "failed",
  output: NULL,
  reason: "it was running when its consumer died, and it must not run twice",
};

/** A record without what tells of the attempts that led to it. */
type Settled = Pick<NodeRecord, "state" | "output"> & { readonly reason: string | undefined };

/**
 * Looks after every write whether what was durable has changed, and with every call whether what is sent is durable, and is
 * the same whenever it is sent under the same key.
 */
export class Watch {
  readonly #known = new Map<string, Known>();
  readonly #sent = new Map<string, unknown>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    world.platform.onCall = (call) => this.#see(call);
  }

  #see({ instance, node, key, args, inputs }: SeenCall): void {
    for (const [name, value] of Object.entries(inputs)) {
      const durable = this.#outputs(instance, name, node === "undo"), got = writeJson(value);
      const what = `the input ${name} of ${instance}/${node} is ${got}, durable is ${durable.join(" or ")}`;
      assert(durable.includes(got), what);
    }
    const body = { args, inputs };
    assertEquals(this.#sent.get(key) ?? body, body, `what is sent as ${key}`);
    this.#sent.set(key, body);
  }

  /**
   * The durable output of a node; null if it has none. A map's may be that of its items, which it is made of.
   *
   * @param undoes whether it is asked by what undoes: that gets what has been done of a map that has failed, too
   */
  #outputs(instance: string, name: string, undoes: boolean): JsonText[] {
    const known = this.#known.get(instance);
    if (known === undefined) return [NULL];
    const { chain: { nodes }, settled, started } = known;
    const endOf = (place: string) => settled.get(place) ?? (started.has(place) ? INTERRUPTED : undefined);
    const node = nodes.findIndex((node) => node.name === name);
    const whole = settled.get(placeOf({ node }));
    const { map, onFailure } = nodes[node]!;
    if (whole?.state === "ok") return [whole.output];
    if (map === undefined || (whole !== undefined && !undoes)) return [NULL];
    const done: JsonText[] = [], items: JsonText[] = [];
    for (let item = 0; item < MOST_ITEMS; item++) {
      const of = endOf(placeOf({ node, item }));
      if (of === undefined) continue;
      if (of.state === "ok") done.push(of.output);
      if (of.state === "ok") items.push(of.output);
      else if (onFailure === "continue") items.push(writeJson({ error: of.reason ?? "" }));
    }
    return [listText(items), ...undoes ? [listText(done)] : [], ...items.length === 0 ? [NULL] : []];
  }

  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    checkpoint: (progress) => this.#after(queue.checkpoint(progress), progress),
    finish: (results) => this.#after(queue.finish(results), results),
  });

  async #after(write: Promise<void>, items: readonly Held[]): Promise<void> {
    try {
      await write;
    } finally {
      for (const { instanceId } of items) this.look((await this.#world.queue.get(instanceId))!);
    }
  }

  /** Compares what is known of an instance with what was before. */
  look({ instance: { id, chain }, progress }: InstanceView): void {
    let known = this.#known.get(id);
    if (known === undefined) this.#known.set(id, known = { chain, settled: new Map(), started: new Set() });
    for (const record of progress) {
      const { state, output, reason } = record;
      const place = placeOf(record);
      if (state === "started") known.started.add(place);
      if (state === "started" || state === "cancelled") continue;
      const settled = { state, output, reason };
      assertEquals(settled, known.settled.get(place) ?? settled, `${id}: ${chain.nodes[record.node]!.name}`);
      known.settled.set(place, settled);
    }
  }

  /**
   * A retry forgets the nodes that did not end well, and those after them; if the chain was undone, all may be forgotten.
   */
  retried(views: readonly InstanceView[]): void {
    for (const { instance: { id, chain } } of views) {
      const known = this.#known.get(id);
      if (known === undefined) continue;
      const { settled, started } = known;
      const undo = placeOf({ node: chain.onFailed ?? -1 });
      const isUndone = settled.has(undo) || started.has(undo);
      const again = new Set<number>();
      for (const [place, { state }] of settled) if (isUndone || state !== "ok") again.add(parseInt(place));
      for (const node of again) for (const next of shapeOf(chain).successors[node] ?? []) again.add(next);
      for (const place of settled.keys()) if (again.has(parseInt(place))) settled.delete(place);
      started.clear();
    }
    this.#sent.clear();
  }
}

function placeOf({ node, item }: { readonly node: number; readonly item?: number }): string {
  return item === undefined ? `${node}` : `${node}/${item}`;
}
