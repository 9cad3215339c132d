import type { Clock } from "../../../model/mod.ts";
import {
  byName,
  checkRoom,
  contentText,
  type DeployedChain,
  type Deployment,
  deploymentOf,
  readContent,
} from "../../deployed.ts";
import { QueueError } from "../../errors.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { IncomingRecord, OutgoingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readRanges, startOffset } from "../log/log.ts";
import { outgoing } from "../log/records.ts";
import { MAX_MESSAGE_BYTES } from "../log/topics.ts";

/** The parts that carry deployed chains. */
export interface DeploymentLogOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly topic: string;
  readonly writer: RecordWriter;
  /** Creates the topic if it is not there. */
  create(): Promise<void>;
}

/** The version of the form in which a chain stands in the topic. */
const SCHEMA = 1;
/** Most bytes around the records of one batch: they are few. */
const AROUND = 64 * 1024;

/** A chain as it stands in the topic, under its name. */
interface Written {
  readonly schema: number;
  readonly version: string;
  readonly deployedAtMs: number;
  /** Chain and defaults. */
  readonly content: string;
}

/** The compacted topic of the deployed chains, by name. What is deployed together is one batch: all of it is there, or nothing. */
export class DeploymentLog {
  readonly #options: DeploymentLogOptions;
  readonly #written = new Map<string, Written>();
  readonly #read = new Map<string, DeployedChain>();
  #created: Promise<void> | undefined;
  #isThere = false;
  #at: number | undefined;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: DeploymentLogOptions) {
    this.#options = options;
  }

  /** Deploys some chains together; the first ones create the topic, if need be. */
  async deploy(chains: readonly DeployedChain[]): Promise<Deployment[]> {
    await (this.#created ??= this.#options.create());
    await this.refresh();
    const deployments = chains.map((chain) => deploymentOf(chain, this.#written.get(chain.name)?.version));
    checkRoom(this.#where, this.#written.size, deployments);
    const changed = chains.filter((_, i) => deployments[i]!.outcome !== "unchanged");
    await this.#append(changed.map((chain) => this.#recordOf(chain)));
    return deployments;
  }

  #recordOf(chain: DeployedChain): OutgoingRecord {
    const { name, version, deployedAtMs } = chain;
    const written: Written = { schema: SCHEMA, version, deployedAtMs, content: contentText(chain) };
    return outgoing(name, written, this.#options.clock.wallMs());
  }

  async #append(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    if (bytes > MAX_MESSAGE_BYTES - AROUND) {
      throw new QueueError(
        "too-large",
        `Cannot deploy to ${this.#where}: ${bytes} bytes of chains are more than one message of Kafka holds. ` +
          "Deploy fewer chains at once; nothing has been deployed",
      );
    }
    await this.#options.writer.append(this.#options.topic, 0, records);
    await this.refresh();
  }

  /** The chain of a name, as far as it has been read: the same object each time, until another version of it is deployed. */
  get(name: string): DeployedChain | undefined {
    const written = this.#written.get(name);
    if (written === undefined) return undefined;
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    if (written.schema > SCHEMA) throw this.#newer(name);
    const { version, deployedAtMs } = written;
    const chain = { ...readContent(this.#where, name, written.content), name, version, deployedAtMs };
    this.#read.set(name, chain);
    return chain;
  }

  /** The names of all, in their order. */
  names(): string[] {
    return [...this.#written.keys()].map((name) => ({ name })).sort(byName).map(({ name }) => name);
  }

  /** @returns whether it was there */
  async remove(name: string): Promise<boolean> {
    await this.refresh();
    if (!this.#written.has(name)) return false;
    await this.#append([outgoing(name, null, this.#options.clock.wallMs())]);
    return true;
  }

  /** Reads on to the end that it has after this call; callers that come meanwhile share one look. */
  refresh(): Promise<void> {
    if (this.#reading === undefined) {
      return this.#reading = this.#readOn().finally(() => this.#reading = undefined);
    }
    return this.#next ??= this.#reading.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.refresh();
    });
  }

  async #readOn(): Promise<void> {
    const { link, topic } = this.#options, partition = 0;
    if (!await this.#look()) return;
    const to = await endOffset(link, topic, partition);
    const offset = this.#at ??= await startOffset(link, topic, partition);
    if (offset >= to) return;
    await readRanges(link, [{ topic, partition, offset, to, take: (records) => this.#take(records) }]);
    this.#at = Math.max(this.#at, to);
  }

  /** Whether the topic is there: nothing was ever deployed before that. */
  async #look(): Promise<boolean> {
    const { link, topic } = this.#options;
    if (this.#isThere) return true;
    if (!(await link.topics()).has(topic)) return false;
    await link.use([topic]);
    return this.#isThere = true;
  }

  #take(records: readonly IncomingRecord[]): void {
    for (const { offset, key, value } of records) {
      if (Number(offset) < this.#at!) continue;
      const name = String(key);
      this.#read.delete(name);
      if (value === null) this.#written.delete(name);
      else this.#written.set(name, JSON.parse(String(value)) as Written);
      this.#at = Number(offset) + 1;
    }
  }

  #newer(name: string): QueueError {
    return new QueueError(
      "newer-version",
      `Cannot read the chain "${name}" that is deployed to ${this.#where}: a newer Sequoia deployed it. Update this Sequoia`,
    );
  }

  get #where(): string {
    return `the queue of ${this.#options.link.where}`;
  }
}
