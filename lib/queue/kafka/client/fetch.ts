/** Fetch, version 4: what every broker from 0.11 on answers, and 4.x still do. */
import { type ReadBatches, readBatches } from "./batch_reader.ts";
import { type Broker, Buffer, failIfRefused, numbers, send } from "./kafkajs.ts";

/** A request for the records of a partition. */
export interface AskedPartition {
  readonly topic: string;
  readonly partition: number;
  /** From which offset on. */
  readonly offset: number;
  /** Most bytes of it. (Default: as the bounds say) */
  readonly maxBytes?: number | undefined;
}

/** The records fetched from a partition. */
export interface FetchedPartition extends ReadBatches {
  readonly topic: string;
  readonly partition: number;
  /** The offset that the next record of the partition will get. */
  readonly end: number;
}

/** Bounds of a fetch: its bytes, and the broker's wait for the first record. */
export interface FetchBounds {
  /** In milliseconds. */
  readonly maxWaitMs: number;
  /** Of a partition, and of all together; of the first batch all is fetched, whatever it takes. */
  readonly maxBytes: { readonly partition: number; readonly together: number };
}

const FETCH = { apiKey: 1, apiVersion: 4, apiName: "Fetch" } as const;
/** Clients are no replicas. */
const NO_REPLICA = -1;
/** Longest time until the answer, beside the wait, in milliseconds: as for all other requests. */
const TIMEOUT_MS = 15_000;

/**
 * Fetches the present records of some partitions, all led by one broker.
 *
 * @throws kafkajs's error of the first partition that is refused
 */
export async function fetchBatches(
  broker: Broker,
  asked: readonly AskedPartition[],
  bounds: FetchBounds,
): Promise<FetchedPartition[]> {
  return await send(broker, {
    request: { ...FETCH, body: fetchRequest(asked, bounds) },
    response: {
      decode: (answer: Buffer) => Promise.resolve(new FetchAnswer(answer)),
      parse: (answer: FetchAnswer) => answer.read(asked),
    },
    requestTimeout: bounds.maxWaitMs + TIMEOUT_MS,
  }) as FetchedPartition[];
}

function fetchRequest(asked: readonly AskedPartition[], { maxWaitMs, maxBytes }: FetchBounds): Buffer {
  const byTopic = Map.groupBy(asked, ({ topic }) => topic);
  return Buffer.concat([
    numbers([NO_REPLICA, 4], [maxWaitMs, 4], [1, 4], [maxBytes.together, 4], [0, 1], [byTopic.size, 4]),
    ...[...byTopic].flatMap(([topic, partitions]) => [
      numbers([Buffer.byteLength(topic), 2]),
      Buffer.from(topic),
      numbers([partitions.length, 4]),
      ...partitions.map(({ partition, offset, maxBytes: most = maxBytes.partition }) =>
        numbers([partition, 4], [offset, 8], [most, 4])
      ),
    ]),
  ]);
}

/** An answer that has not been read yet, but for what kafkajs asks of it. */
class FetchAnswer {
  /** Time for which the broker wants no requests, in milliseconds: kafkajs keeps to that. */
  readonly clientSideThrottleTime: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.clientSideThrottleTime = bytes.readInt32BE(0);
  }

  async read(asked: readonly AskedPartition[]): Promise<FetchedPartition[]> {
    const bytes = this.#bytes, found: FetchedPartition[] = [];
    let at = 4;
    const int32 = () => bytes.readInt32BE((at += 4) - 4);
    for (let topics = int32(); topics > 0; topics--) {
      const length = bytes.readInt16BE(at), topic = bytes.toString("utf8", at + 2, at += 2 + length);
      for (let partitions = int32(); partitions > 0; partitions--) {
        const partition = int32();
        failIfRefused(bytes.readInt16BE(at));
        const end = Number(bytes.readBigInt64BE(at + 2));
        at += 18;
        const aborted = Math.max(0, int32());
        at += 16 * aborted; // transactions
        const size = Math.max(0, int32());
        const of = asked.find((each) => each.topic === topic && each.partition === partition);
        const batches = bytes.subarray(at, at += size);
        if (of !== undefined) found.push({ topic, partition, end, ...await readBatches(batches, of.offset) });
      }
    }
    return found;
  }
}
