import type { RateLedgers } from "../rate_ledgers.ts";
import type { Database } from "./database.ts";
import type { GroupCommit } from "./group_commit.ts";

/** The ledgers of rates, in a table of the file. */
export class SqliteRateLedgers implements RateLedgers {
  readonly #db: Database;
  readonly #writes: GroupCommit;
  readonly #check: () => void;

  /** @param check throws if the queue may not be written to */
  constructor(db: Database, writes: GroupCommit, check: () => void) {
    this.#db = db;
    this.#writes = writes;
    this.#check = check;
  }

  async change(
    names: readonly string[],
    change: (texts: readonly (string | undefined)[]) => readonly string[],
  ): Promise<void> {
    this.#check();
    const db = this.#db;
    await this.#writes.run(() => {
      const texts = change(
        names.map((name) =>
          db.get<{ ledger: string }>("SELECT ledger FROM rates WHERE name = ?", name)?.ledger
        ),
      );
      const write = "INSERT OR REPLACE INTO rates (name, ledger) VALUES (?, ?)";
      for (const [i, name] of names.entries()) db.run(write, name, texts[i]!);
    }, { rows: names.length });
  }
}
