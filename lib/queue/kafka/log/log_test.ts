import { assertEquals } from "@std/assert";
import type { Broker, IncomingRecord } from "../client/kafkajs.ts";
import { fetchBroker } from "../../../../tests/kafka/fake_fetch.ts";
import { type Link, Parted } from "../client/link.ts";
import { endOffsets, readChunk, readRanges } from "./log.ts";

/** A batch of a partition; one without records has been compacted. */
interface Batch {
  readonly first: number;
  readonly last: number;
  readonly offsets: readonly number[];
}

function batch(first: number, last: number, offsets?: readonly number[]): Batch {
  return { first, last, offsets: offsets ?? Array.from({ length: last - first + 1 }, (_, i) => first + i) };
}

/** A broker that shows a partition up to a high watermark, which may change with each answer. */
function linkTo(
  batches: readonly Batch[],
  watermarks: readonly number[],
): Link & { readonly asked: number[] } {
  const asked: number[] = [];
  const left = [...watermarks];
  const broker = fetchBroker(({ offset: from }) => {
    const end = left.length > 1 ? left.shift()! : left[0]!;
    asked.push(from);
    const shown = batches.filter(({ last }) => last >= from && last < end);
    const offsets = shown.flatMap((batch) => batch.offsets).filter((offset) => offset >= from);
    const records = offsets.map((offset) => ({ offset } as IncomingRecord));
    return { records, end, next: (shown.at(-1)?.last ?? from - 1) + 1 };
  });
  const leader: Link["leader"] = (_doing, _of, request) => request(broker);
  return { leader, leaderId: () => 1, asked } as unknown as Link & { readonly asked: number[] };
}

async function readAll(link: Link, to: number, from = 0): Promise<number[]> {
  const read: number[] = [];
  const range = { topic: "t", partition: 0, offset: from, to };
  await readRanges(link, [{
    ...range,
    take: (records) => void read.push(...records.map(({ offset }) => offset)),
  }]);
  return read;
}

Deno.test("readRanges() reads up to an offset, and nothing of it", async () => {
  assertEquals(await readAll(linkTo([batch(0, 2), batch(3, 5)], [6]), 4), [0, 1, 2, 3]);
});

Deno.test("readRanges() passes nothing over that a broker does not show yet, as after its start", async () => {
  const link = linkTo([batch(0, 1), batch(2, 3), batch(4, 5)], [2, 2, 2, 0, 4, 4, 6]);
  assertEquals(await readAll(link, 6), [0, 1, 2, 3, 4, 5]);
});

Deno.test("readRanges() goes on behind records that were compacted away", async () => {
  assertEquals(await readAll(linkTo([batch(0, 9, [3]), batch(10, 12, [11])], [13]), 13), [3, 11]);
});

Deno.test("readRanges() goes on behind a batch of which nothing is left", async () => {
  const link = linkTo([batch(0, 1), batch(2, 4, [])], [5]);
  assertEquals(await readAll(link, 5), [0, 1]);
});

Deno.test("readChunk() says by where it goes on whether nothing is there yet", async () => {
  const at = { topic: "t", partition: 0, offset: 2 };
  const { records, next } = await readChunk(linkTo([batch(0, 1), batch(2, 3)], [2]), at);
  assertEquals([records.length, next], [0, 2]);
  assertEquals((await readChunk(linkTo([batch(0, 1), batch(2, 3)], [4]), at)).next, 4);
  assertEquals((await readChunk(linkTo([batch(0, 1), batch(2, 3, [])], [4]), at)).next, 4);
});

Deno.test("readRanges() and endOffsets() ask each broker for its own when partitions of one have got several leaders", async () => {
  const one = linkTo([batch(0, 2)], [3]);
  let moved = false;
  const leaderId = (_topic: string, partition: number) => moved ? partition : 1;
  const leader: Link["leader"] = async (doing, of, request) => {
    moved = true; // a broker has gone since they were put together
    if (new Set(of.map(({ topic, partition }) => leaderId(topic, partition))).size > 1) throw new Parted();
    const { topic, partition } = of[0]!;
    const listOffsets: Broker["listOffsets"] = () =>
      Promise.resolve({
        responses: [{ topic, partitions: [{ partition, offset: String(10 + partition) }] }],
      });
    return await one.leader(doing, of, (broker) =>
      request({
        ...broker,
        listOffsets,
      }));
  };
  const link = { leader, leaderId } as unknown as Link;
  const partitions = [0, 1].map((partition) => ({ topic: "t", partition }));
  assertEquals(await endOffsets(link, partitions), [10, 11]);
  moved = false;
  const read: number[][] = [[], []];
  await readRanges(
    link,
    partitions.map((at, i) => ({
      ...at,
      offset: 0,
      to: 3,
      take: (records) => void read[i]!.push(...records.map(({ offset }) => offset)),
    })),
  );
  assertEquals(read, [[0, 1, 2], [0, 1, 2]]);
});
