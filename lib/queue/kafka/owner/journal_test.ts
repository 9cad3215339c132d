import { assertEquals, assertRejects } from "@std/assert";
import { NAMES, SetClock, Topic } from "../../../../tests/kafka/partition_log.ts";
import { instances, result } from "../../../../tests/queue/samples.ts";
import { encodeInstance } from "../../../wire/mod.ts";
import { QueueError } from "../../errors.ts";
import { ChainPool } from "../log/chain_pool.ts";
import { PartitionState } from "../log/partition_state.ts";
import { bufferOf, outgoing } from "../log/records.ts";
import { Journal } from "./journal.ts";

Deno.test("Journal.finish() leaves an instance as it was whose end cannot be written", async () => {
  const [instance] = instances(1), pending = new Topic(), finished = new Topic();
  const state = new PartitionState({
    ...{ partition: 0, topic: NAMES.pending, keepMs: 1e9, maxEnds: 10, chains: new ChainPool() },
  });
  let refusal: QueueError | undefined = new QueueError(
    "too-large",
    "Cannot write: it is too large. Write less",
  );
  const journal = new Journal(
    {
      ...{ partition: 0, names: NAMES, clock: new SetClock(), state },
      writer: {
        append: (_to, _partition, records) =>
          refusal === undefined ? Promise.resolve(finished.append(records)) : Promise.reject(refusal),
        idle: () => Promise.resolve(),
        end: () => {},
      },
    },
    { covered: () => {}, changed: () => {}, marked: () => {}, failed: () => {} },
    0,
  );
  pending.append([{ ...outgoing(instance!.id, null, 0), value: bufferOf(encodeInstance(instance!)) }]);
  const { entry } = state.takePending(pending.records[0]!, 0);
  const finish = () => journal.finish([result(instance!.id, 1)]);
  const refused = finish();
  assertEquals(journal.isEnding(entry!), true);
  await assertRejects(() => refused, QueueError);
  assertEquals(journal.isEnding(entry!), false, "else nobody gets it when it is handed back");
  refusal = undefined;
  await finish();
  assertEquals([journal.isEnding(entry!), state.ends.has(instance!.id)], [false, true]);
});
