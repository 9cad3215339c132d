import {
  checkRoom,
  contentText,
  type DeployedChain,
  type Deployment,
  deploymentOf,
  readContent,
} from "../deployed.ts";
import type { Database } from "./database.ts";

/** Most deployed chains that a connection remembers. */
const REMEMBERED = 1024;

interface Row {
  readonly name: string;
  readonly version: string;
  readonly content: string;
  readonly deployed_at_ms: number;
}

/** The chains that are deployed to a queue, each parsed once for each of its versions. */
export class Deployments {
  readonly #db: Database;
  readonly #read = new Map<string, DeployedChain>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Deploys some chains together. Within a transaction. */
  deploy(chains: readonly DeployedChain[]): Deployment[] {
    const deployments = chains.map((chain) => deploymentOf(chain, this.#versionOf(chain.name)));
    const { before } = this.#db.get<{ before: number }>("SELECT count(*) AS before FROM deployed")!;
    checkRoom(this.#where, before, deployments);
    chains.forEach((chain, i) => {
      if (deployments[i]!.outcome !== "unchanged") this.#write(chain);
    });
    return deployments;
  }

  #write(chain: DeployedChain): void {
    this.#db.run(
      "INSERT OR REPLACE INTO deployed (name, version, content, deployed_at_ms) VALUES (?, ?, ?, ?)",
      chain.name,
      chain.version,
      contentText(chain),
      chain.deployedAtMs,
    );
  }

  #versionOf(name: string): string | undefined {
    return this.#db.get<{ version: string }>("SELECT version FROM deployed WHERE name = ?", name)?.version;
  }

  /** The chain of a name: the same object each time, until another version of it is deployed. */
  get(name: string): DeployedChain | undefined {
    const version = this.#versionOf(name), known = this.#read.get(name);
    if (version === undefined) return undefined;
    if (known?.version === version) return known;
    const row = this.#db.get<Row>("SELECT * FROM deployed WHERE name = ?", name);
    if (row === undefined) return undefined;
    const chain = {
      ...readContent(this.#where, name, row.content),
      ...{ name, version: row.version, deployedAtMs: row.deployed_at_ms },
    };
    if (this.#read.size >= REMEMBERED) this.#read.delete(this.#read.keys().next().value!);
    this.#read.set(name, chain);
    return chain;
  }

  /** The name that comes after another one; without that, the first. */
  nameAfter(name: string | undefined): string | undefined {
    const sql = "SELECT name FROM deployed WHERE name > ? ORDER BY name LIMIT 1";
    const first = "SELECT name FROM deployed ORDER BY name LIMIT 1";
    const row = name === undefined ? this.#db.get<Row>(first) : this.#db.get<Row>(sql, name);
    return row?.name;
  }

  /** Within a transaction. @returns whether it was there */
  remove(name: string): boolean {
    return this.#db.run("DELETE FROM deployed WHERE name = ?", name) > 0;
  }

  get #where(): string {
    return `the queue ${this.#db.path}`;
  }
}
