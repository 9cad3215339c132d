import type { Chain } from "../model/mod.ts";
import type { AttemptEvent } from "./events.ts";

/** The most instances whose calls are remembered at once; beyond it the oldest gets no more arrows. */
const REMEMBERED = 100_000;

/** The beginning of the events of arrows, by which readers pass over them. */
export const ARROW = '{"name":"then","cat":"flow",';

/** The place of a call in the viewer: its process, its thread, and its time in microseconds. */
export interface Slice {
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly endUs: number;
}

/** An instance some of whose nodes come after others. */
interface Followed {
  readonly after: ReadonlyMap<string, readonly string[]>;
  /** The calls with which nodes settled, by node. */
  readonly settled: Map<string, Slice>;
}

/**
 * Draws the chain in the viewer: arrows ("Flow Events" of the Trace Event Format) from the call with which a node settled to the
 * first call of each node that comes after it. An arrow begins in the last microsecond of a call, as viewers look for the call
 * that runs at that time.
 */
export class Flows {
  readonly #instances = new Map<string, Followed>();
  readonly #after = new WeakMap<Chain, Followed["after"]>();
  #lastId = 0;

  /** Follows an instance whose chain has edges. */
  submit(instance: string, chain: Chain): void {
    const after = this.#edgesOf(chain);
    if (after.size === 0) return;
    if (this.#instances.size >= REMEMBERED) this.#instances.delete(this.#instances.keys().next().value!);
    this.#instances.set(instance, { after, settled: new Map() });
  }

  /** The arrows to a call, if it is the first of its node. @param separator the text in front of each event */
  to({ instance, node, attempt, settled }: AttemptEvent, slice: Slice, separator: string): string {
    const followed = this.#instances.get(instance);
    if (followed === undefined) return "";
    let text = "";
    if (attempt === 1) {
      for (const name of followed.after.get(node) ?? []) {
        const from = followed.settled.get(name);
        if (from !== undefined) text += arrow(++this.#lastId, from, slice, separator);
      }
    }
    if (settled) followed.settled.set(node, slice);
    return text;
  }

  /** Forgets an instance that has ended. */
  end(instance: string): void {
    this.#instances.delete(instance);
  }

  #edgesOf(chain: Chain): Followed["after"] {
    let edges = this.#after.get(chain);
    if (edges === undefined) {
      const { nodes } = chain, having = nodes.filter(({ after }) => after.length > 0);
      edges = new Map(having.map(({ name, after }) => [name, after.map((index) => nodes[index]!.name)]));
      this.#after.set(chain, edges);
    }
    return edges;
  }
}

function arrow(id: number, from: Slice, to: Slice, separator: string): string {
  const same = `${ARROW}"id":${id},"ph":`;
  const startUs = Math.max(from.ts, from.endUs - 1);
  return `${separator}${same}"s","pid":${from.pid},"tid":${from.tid},"ts":${startUs}}` +
    `${separator}${same}"f","bp":"e","pid":${to.pid},"tid":${to.tid},"ts":${to.ts}}`;
}
