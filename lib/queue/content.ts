import {
  type Instance,
  itemsOf,
  type JsonText,
  listText,
  membersOf,
  NO_ARGS,
  objectText,
  readJson,
  writeJson,
} from "../model/mod.ts";
import type { Pushed } from "./queue.ts";
import { QueueError } from "./errors.ts";

/** The content of a submission: which chain, with which args, called by whom. */
export interface Content {
  /** The name of its chain. */
  readonly chain: string;
  readonly args: Instance["args"];
  /** The id of the instance that has called it, if one has. */
  readonly caller?: string | undefined;
}

/** The content of a submission. */
export function contentOf({ chain, args, parent }: Instance): Content {
  return { chain: chain.name, args, caller: parent?.instance };
}

/**
 * Whether two submissions under one id ask for the same: the same chain, by its name, with the same args. An event source that
 * says again what it has said may do so after the chain has been changed, and at another time, with another deadline, priority
 * or labels: these say how an instance is treated, and those of the first submission count. A called instance is the same if that
 * chain has called it before: the caller has said once and for all which chain it calls, with which args.
 */
export function isSameContent(a: Content, b: Content): boolean {
  if (a.caller !== undefined || b.caller !== undefined) return a.caller === b.caller;
  return a.chain === b.chain && (a.args === b.args || argsKey(a) === argsKey(b));
}

/** Whether two instances under one id are the same submission, see {@linkcode isSameContent}. */
export function isSameSubmission(a: Instance, b: Instance): boolean {
  return isSameContent(contentOf(a), contentOf(b));
}

function argsKey({ args = NO_ARGS }: Content): string {
  return canonical(args);
}

/** A text without spaces, and with the members of objects in order. Numbers stay as they are written: none is rounded. */
function canonical(text: JsonText): JsonText {
  const members = membersOf(text);
  if (members !== undefined) {
    const sorted = [...members].sort(([a], [b]) => a < b ? -1 : 1);
    return objectText(sorted.map(([name, value]) => [name, canonical(value)]));
  }
  const items = itemsOf(text);
  if (items !== undefined) return listText(items.map((item) => canonical(item)));
  return text.startsWith('"') ? writeJson(readJson(text)) : text;
}

/** Gathers what becomes of the instances of one push. */
export class PushTally {
  #added = 0;
  readonly #existing: string[] = [];
  readonly #conflicts = new Map<string, Pick<Content, "chain" | "caller">>();

  add(): void {
    this.#added++;
  }

  /** The id of an instance is known already. */
  exists(instance: Instance, known: Content): void {
    if (isSameContent(contentOf(instance), known)) this.#existing.push(instance.id);
    else this.#conflicts.set(instance.id, known);
  }

  /** The id of an instance that is submitted is one under which another instance calls a chain, or may come to call it. */
  belongsTo(id: string, caller: string): void {
    this.#conflicts.set(id, { chain: "", caller });
  }

  /**
   * @throws {QueueError} `id-conflict`, naming the ids that are known with another content, or belong to calls of other instances
   */
  result(where: string): Pushed {
    if (this.#conflicts.size > 0) throw idConflict(where, this.#conflicts);
    return { added: this.#added, existing: this.#existing };
  }
}

const SHOWN = 5;

/** The error of a push in which some ids are known with another content. */
function idConflict(
  where: string,
  conflicts: ReadonlyMap<string, Pick<Content, "chain" | "caller">>,
): QueueError {
  const ids = [...conflicts.keys()];
  const some = [...conflicts].slice(0, SHOWN).map(([id, known]) => `"${id}" (${wordsOf(known)})`);
  const words = some.join(", ") + (ids.length > SHOWN ? `, … (${ids.length} in all)` : "");
  return new QueueError(
    "id-conflict",
    `Cannot submit to ${where}: it has other chains or args under the same ids: ${words}. ` +
      "Choose other ids; nothing of these instances and of those pushed with them has been kept",
    { ids },
  );
}

function wordsOf({ chain, caller }: Pick<Content, "chain" | "caller">): string {
  return caller === undefined ? `chain ${chain}` : `for what "${caller}" calls`;
}

/** Why a message is set aside that brings a known id with another content. */
export function conflictReason(id: string, known: Content): string {
  return `id-conflict: the queue has another chain or other args under the id "${id}" (${
    wordsOf(known)
  }). Choose another id`;
}
