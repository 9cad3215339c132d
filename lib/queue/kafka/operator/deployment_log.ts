import type { Clock } from "../../../model/mod.ts";
import {
  checkRoom,
  compareNames,
  contentText,
  type DeployedChain,
  type Deployment,
  deploymentOf,
  readContent,
} from "../../deployed.ts";
import { QueueError } from "../../errors.ts";
import type { OutgoingRecord } from "../client/kafkajs.ts";
import type { KeyedRecord, KeyedTopic } from "../log/keyed_topic.ts";
import { outgoing } from "../log/records.ts";
import { MAX_MESSAGE_BYTES } from "../log/topics.ts";
import { FreshLook } from "./fresh_look.ts";

/** The parts that carry deployed chains. */
export interface DeploymentLogOptions {
  readonly topic: KeyedTopic;
  readonly clock: Clock;
  /** The queue, for errors: "Kafka at broker:9092". */
  readonly where: string;
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
  readonly #look: FreshLook;

  constructor(options: DeploymentLogOptions) {
    this.#options = options;
    this.#look = new FreshLook(async () => void await options.topic.readOn((record) => this.#take(record)));
  }

  /** Deploys some chains together; the first ones create the topic, if need be. */
  async deploy(chains: readonly DeployedChain[]): Promise<Deployment[]> {
    await this.#options.topic.create();
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
    await this.#options.topic.append(records);
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
    return [...this.#written.keys()].sort(compareNames);
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
    return this.#look.take();
  }

  #take({ key, value }: KeyedRecord): void {
    this.#read.delete(key);
    if (value === null) this.#written.delete(key);
    else this.#written.set(key, value as Written);
  }

  #newer(name: string): QueueError {
    return new QueueError(
      "newer-version",
      `Cannot read the chain "${name}" that is deployed to ${this.#where}: a newer Sequoia deployed it. Update this Sequoia`,
    );
  }

  get #where(): string {
    return `the queue of ${this.#options.where}`;
  }
}
