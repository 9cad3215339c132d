import { type Chain, checkChain } from "../../model/mod.ts";
import type { Definition } from "../submission.ts";
import type { Database } from "./database.ts";

/** Most definitions that a connection remembers. */
const REMEMBERED = 4096;

/** The chain definitions of a queue, each stored and parsed once. */
export class ChainTable {
  readonly #db: Database;
  readonly #byKey = new Map<number, Chain>();
  readonly #keys = new WeakMap<Chain, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The key of a definition, which is stored if need be. Only within a transaction: another process may remove unused ones. */
  keyOf({ hash, chain }: Definition): number {
    const known = this.#db.get<{ key: number }>("SELECT key FROM chains WHERE hash = ?", hash);
    if (known) return known.key;
    return this.#db.get<{ key: number }>(
      "INSERT INTO chains (hash, name, definition) VALUES (?, ?, ?) RETURNING key",
      hash,
      chain.name,
      JSON.stringify(chain),
    )!.key;
  }

  /**
   * The chain of a key: the same object each time.
   *
   * @throws {WorkloadError | SyntaxError} if what is stored is no chain
   */
  get(key: number): Chain {
    let chain = this.#byKey.get(key);
    if (!chain) {
      const row = this.#db.get<{ definition: string }>("SELECT definition FROM chains WHERE key = ?", key);
      chain = checkChain(JSON.parse(row?.definition ?? "null"));
      if (this.#byKey.size >= REMEMBERED) this.#byKey.delete(this.#byKey.keys().next().value!);
      this.#byKey.set(key, chain);
      this.#keys.set(chain, key);
    }
    return chain;
  }

  /** The key of a chain that {@linkcode ChainTable.get} has given. */
  knownKey(chain: Chain): number | undefined {
    return this.#keys.get(chain);
  }

  /** As {@linkcode ChainTable.get}, but for looking at: what cannot be read is shown without its nodes. */
  show(key: number): Chain {
    try {
      return this.get(key);
    } catch {
      const row = this.#db.get<{ name: string }>("SELECT name FROM chains WHERE key = ?", key);
      return { name: row?.name ?? "unknown", nodes: [] };
    }
  }

  /** Counts instances that refer to a definition, or do not any more. */
  count(key: number, instances: number): void {
    if (instances === 0) return;
    this.#db.run("UPDATE chains SET instances = instances + ? WHERE key = ?", instances, key);
  }

  /** Removes the definitions that nothing refers to. */
  purge(): void {
    this.#db.run("DELETE FROM chains WHERE instances = 0");
  }
}
