import { assert, assertEquals } from "@std/assert";
import { Topic } from "../../../../tests/kafka/partition_log.ts";
import { decided, instances, line, record } from "../../../../tests/queue/samples.ts";
import { encodeInstance } from "../../../wire/mod.ts";
import { type Instance, readJson } from "../../../model/mod.ts";
import type { IncomingRecord, OutgoingRecord } from "../client/kafkajs.ts";
import { ChainPool } from "./chain_pool.ts";
import { PartitionState } from "./partition_state.ts";
import {
  BAD,
  bareEnd,
  bufferOf,
  endOf,
  endRecords,
  FENCE,
  type Head,
  instanceHeader,
  outgoing,
  OWNER,
  type Owner,
  type Place,
  progressRecord,
  recordKey,
} from "./records.ts";

const KEEP_MS = 1000;
const [X, Y] = instances(2, line, "state") as [Instance, Instance];
const CALLED: Instance = { ...X, id: "called", parent: { instance: X.id, node: "first" } };

function newState(maxEnds = 100): PartitionState {
  return new PartitionState({
    partition: 0,
    topic: "pending_queue",
    keepMs: KEEP_MS,
    maxEnds,
    chains: new ChainPool(),
  });
}

function placeAt(offset: number, isCalled = false): Place {
  return { atMs: offset, offset, isCalled };
}

/** As a broker gives them back. */
function stored(...records: OutgoingRecord[]): IncomingRecord[] {
  const topic = new Topic();
  topic.append(records);
  return topic.records;
}

function message(instance: Instance, offset: number): IncomingRecord {
  const [record] = stored({
    ...outgoing(instance.id, null, offset),
    value: bufferOf(encodeInstance(instance)),
  });
  return { ...record!, offset };
}

function headOf(instance: Instance, offset: number, rest: Partial<Head> = {}): OutgoingRecord {
  const head: Head = {
    place: placeAt(offset, instance.parent !== undefined),
    run: 0,
    state: "queued",
    ...rest,
  };
  return outgoing(instance.id, head, 0, instanceHeader(instance));
}

function tombstone(key: string): OutgoingRecord {
  return outgoing(key, null, 0);
}

function settled(id: string, node: number, offset: number, run = 0): OutgoingRecord {
  return progressRecord(id, record(node, `of ${offset}.${run}`), { place: { offset }, run }, 0);
}

function ended(instance: Instance, offset: number, run = 0, endedAtMs = 0): OutgoingRecord[] {
  const place = placeAt(offset, instance.parent !== undefined);
  return endRecords(instance, endOf(instance, { state: "failed", place, run, endedAtMs }), { progress: [] });
}

function purged(id: string, offset: number): OutgoingRecord {
  return bareEnd(id, { state: "purged", place: placeAt(offset), run: 0, endedAtMs: 0 });
}

function outputsOf(state: PartitionState, id: string): unknown[] {
  return [...state.entries.get(id)?.records.values() ?? []].map(({ output }) => readJson(output));
}

Deno.test("PartitionState.takePending() adds what is new, with what was recorded of it before", () => {
  const state = newState();
  state.takeRunning(stored(settled(X.id, 0, 3)));
  const { entry } = state.takePending(message(X, 3), 0);
  assertEquals(entry?.instance, X);
  assertEquals(outputsOf(state, X.id), ["of 3.0"]);
});

Deno.test("PartitionState.takePending() tells a copy from the message of what stands in the changelog", () => {
  const state = newState();
  state.takeRunning(stored(headOf(X, 3)));
  assertEquals(state.takePending(message(X, 3), 0), { place: placeAt(3), instance: X });
  assertEquals(state.takePending(message(X, 4), 0), {
    place: placeAt(4),
    instance: X,
    copy: { place: placeAt(4), instance: X, bytes: message(X, 4).value! },
  });
});

Deno.test("PartitionState.takePending() tells where the end of what has ended before stands", () => {
  const state = newState();
  state.takeFinished(stored(outgoing(FENCE, {}, 0), ...ended(X, 3)));
  assertEquals(state.takePending(message(X, 3), 0), { place: placeAt(3), resultAt: 1 });
  assertEquals(state.entries.size, 0);
});

Deno.test("PartitionState.takePending() names a message that is no instance, with the reason", () => {
  const bad = { ...message(X, 3), value: bufferOf(new Uint8Array([255])) };
  const { unreadable } = newState().takePending(bad, 0);
  assert(unreadable!.reason.length > 0);
  assertEquals([...unreadable!.bytes], [255]);
});

Deno.test("PartitionState.takeRunning() drops what its head was deleted of, though its end is not known any more", () => {
  const state = newState();
  state.takeRunning(
    stored(headOf(X, 3), settled(X.id, 0, 3), tombstone(X.id), tombstone(recordKey(X.id, { node: 0 }))),
  );
  assertEquals([...state.entries], []);
});

Deno.test("PartitionState.takeRunning() keeps under one that is queued again what that had called", () => {
  const state = newState();
  state.takePending(message(X, 3), 0);
  state.takeRunning(stored(headOf(CALLED, 50)));
  state.takeRunning(stored(headOf(X, 3, { run: 1 }), headOf(CALLED, 50, { run: 1, state: "completed" })));
  const { called } = state.entries.get(X.id)!;
  assertEquals([...called], [state.entries.get(CALLED.id)!]);
  assertEquals(state.orphans(), []);
});

Deno.test("PartitionState.takeRunning() takes up a caller that comes after what it has called", () => {
  const state = newState();
  state.takeRunning(stored(headOf(CALLED, 50), headOf(X, 3)));
  assertEquals(state.entries.get(CALLED.id)!.caller, state.entries.get(X.id));
});

Deno.test("PartitionState.takeRunning() passes over the head of what has ended", () => {
  const state = newState();
  state.takeFinished(stored(...ended(X, 3)));
  state.takeRunning(stored(headOf(X, 3)));
  assertEquals(state.entries.size, 0);
  state.takeRunning(stored(headOf(X, 3, { run: 1 })));
  assertEquals(state.entries.get(X.id)?.run, 1);
  assertEquals(state.ends.size, 0);
});

Deno.test("PartitionState.takeFinished() leaves alone what was recorded of a later submission", () => {
  const state = newState();
  state.takeRunning(stored(settled(X.id, 0, 3), settled(X.id, 1, 9)));
  state.takeFinished(stored(...ended(X, 3), purged(X.id, 3)));
  state.takePending(message(X, 9), 0);
  assertEquals(outputsOf(state, X.id), ["of 9.0"]);
  assertEquals(state.takeRemains(), [recordKey(X.id, { node: 0 })]);
});

Deno.test("PartitionState.takeFinished() drops a copy that was taken for an instance", () => {
  const state = newState();
  state.takePending(message(X, 9), 0);
  const end = { state: "bad", place: placeAt(9), run: 0, endedAtMs: 0, copyOf: X.id } as const;
  state.takeFinished(stored(bareEnd(BAD, { ...end, place: placeAt(8) })));
  assertEquals(state.entries.size, 1);
  state.takeFinished(stored(bareEnd(BAD, end)));
  assertEquals(state.entries.size, 0);
});

Deno.test("PartitionState.takeFinished() leaves alone what has been queued again since", () => {
  const state = newState();
  state.takeRunning(stored(headOf(X, 3, { run: 1 })));
  state.takeFinished(stored(...ended(X, 3)));
  assertEquals(state.entries.get(X.id)?.run, 1);
  state.takeFinished(stored(...ended(X, 3, 1)));
  assertEquals(state.entries.size, 0);
});

Deno.test("PartitionState.takeRemains() tells once what stands in the changelog of what has ended", () => {
  const state = newState();
  state.takeRunning(stored(headOf(X, 3), settled(X.id, 0, 3), settled(Y.id, 2, 4)));
  state.takeFinished(stored(...ended(X, 3), ...ended(Y, 4)));
  const keys = [X.id, recordKey(X.id, { node: 0 }), recordKey(Y.id, { node: 2 })];
  assertEquals(state.takeRemains(), keys);
  assertEquals(state.takeRemains(), []);
});

Deno.test("PartitionState.takeRemains() passes over what has been written anew, or deleted", () => {
  const state = newState();
  state.takeRunning(stored(headOf(X, 3), settled(X.id, 0, 3), settled(Y.id, 2, 4)));
  state.takeFinished(stored(...ended(X, 3), ...ended(Y, 4)));
  state.takeRunning(
    stored(headOf(X, 3, { run: 1 }), settled(X.id, 0, 3, 1), tombstone(recordKey(Y.id, { node: 2 }))),
  );
  assertEquals(state.takeRemains(), []);
});

Deno.test("PartitionState.dropEarly() leaves what is recorded of instances that are nowhere", () => {
  const state = newState();
  state.takeRunning(stored(settled(X.id, 0, 3)));
  state.dropEarly();
  assertEquals(state.takeRemains(), [recordKey(X.id, { node: 0 })]);
});

Deno.test("PartitionState.setEnd() forgets the oldest of too many ends, with what that had called", () => {
  const state = newState(2);
  state.takeFinished(stored(...ended(X, 3), ...ended(CALLED, 50)));
  assertEquals([...state.ends.keys()], [X.id, CALLED.id]);
  state.takeFinished(stored(...ended(Y, 4)));
  assertEquals([...state.ends.keys()], [Y.id]);
});

Deno.test("PartitionState.setEnd() knows the end of what was called with that of its caller, never alone", () => {
  const state = newState();
  state.takeFinished(stored(...ended(CALLED, 50)));
  assertEquals(state.ends.size, 0);
});

Deno.test("KnownEnds.root() and tree() go up and down among what has ended", () => {
  const state = newState();
  const deeper = { ...X, id: "deeper", parent: { instance: CALLED.id, node: "first" } };
  state.takeFinished(stored(...ended(X, 3), ...ended(CALLED, 50), ...ended(deeper, 51)));
  assertEquals(state.ends.root(deeper.id), X.id);
  assertEquals([...state.ends.tree(X.id)], [X.id, CALLED.id, deeper.id]);
  assertEquals([...state.ends.tree(CALLED.id)], [CALLED.id, deeper.id]);
});

Deno.test("KnownEnds.at() knows an end for as long as it is kept, and expire() forgets it then", () => {
  const state = newState();
  state.takeFinished(stored(...ended(X, 3, 0, 10), ...ended(Y, 4, 0, 20)));
  assertEquals(state.ends.at(X.id, 10 + KEEP_MS)?.endedAtMs, 10);
  assertEquals(state.ends.at(X.id, 11 + KEEP_MS), undefined);
  state.ends.expire(11 + KEEP_MS);
  assertEquals([...state.ends.keys()], [Y.id]);
});

Deno.test("PartitionState.stateOf() goes by how far the owner has handed out, for what has no head", () => {
  const state = newState();
  const owner: Owner = { member: "m", group: "g", words: "w", from: 0, results: 0, claimed: 4 };
  for (const [instance, offset] of [[X, 3], [Y, 4]] as const) state.takePending(message(instance, offset), 0);
  const states = () => [X, Y].map(({ id }) => state.stateOf(state.entries.get(id)!));
  assertEquals(states(), ["queued", "queued"]);
  state.takeRunning(stored(outgoing(OWNER, owner, 0)));
  assertEquals(states(), ["running", "queued"]);
  state.takeRunning(stored(headOf(X, 3, { state: "queued" }), headOf(Y, 4, { state: "running" })));
  assertEquals(states(), ["queued", "running"]);
  state.takeRunning(stored(outgoing(FENCE, {}, 0)));
  assertEquals(states(), ["queued", "queued"]);
});

Deno.test("PartitionState.stateOf() says of what was called what its caller is, until it has ended", () => {
  const state = newState();
  const calls = { ...CALLED, id: "done" };
  state.takeRunning(
    stored(headOf(X, 3, { state: "running" }), headOf(CALLED, 50), headOf(calls, 51, { state: "failed" })),
  );
  assertEquals([CALLED.id, calls.id].map((id) => state.stateOf(state.entries.get(id)!)), [
    "running",
    "failed",
  ]);
});

Deno.test("PartitionState.setOwner() takes everything back from an owner that has let go", () => {
  const state = newState();
  const owner: Owner = {
    member: "m",
    group: "g",
    words: "w",
    from: 0,
    results: 0,
    claimed: 4,
    released: true,
  };
  state.takePending(message(X, 3), 0);
  state.takeRunning(stored(outgoing(OWNER, owner, 0)));
  assertEquals(state.stateOf(state.entries.get(X.id)!), "queued");
});

Deno.test("PartitionState.takePending() takes no submission under an id by which an instance that came before may call", () => {
  const caller: Instance = { ...X, id: "root", chain: decided };
  const under = (id: string): Instance => ({ ...Y, id: `root/${id}` });
  const read = (state: PartitionState, instance: Instance, offset: number) =>
    state.takePending(message(instance, offset), 0).unreadable?.reason.split(":")[0] ?? "taken";

  const open = newState();
  assertEquals(read(open, under("many"), 1), "taken", "it came before");
  open.takePending(message(caller, 2), 0);
  assertEquals(read(open, under("convert"), 3), "id-conflict");
  assertEquals(read(open, under("convert~2/17"), 4), "id-conflict");
  assertEquals(read(open, under("list"), 5), "taken");
  assertEquals([...open.entries.keys()], ["root/many", "root", "root/list"]);

  const over = newState();
  over.takeFinished(stored(...ended(caller, 2)));
  over.pendingAt = 3;
  assertEquals(read(over, under("convert"), 3), "id-conflict", "it may be retried");
  assertEquals(read(over, under("list"), 4), "taken");

  const later = newState();
  later.takeRunning(stored(headOf(caller, 2)));
  assertEquals(read(later, under("convert"), 1), "taken", "the caller was submitted later");
  const begun = newState();
  begun.takeRunning(stored(headOf(caller, 2)));
  begun.handedOut = 4;
  assertEquals(read(begun, under("convert"), 3), "taken", "it may have begun");
});

/** As {@linkcode message}, with args that are no object: its preview shows its kind, and it cannot be read. */
function unreadable(instance: Instance, offset: number): IncomingRecord {
  const bytes = [...encodeInstance(instance), 0xf2, 0x01, 2, ...new TextEncoder().encode("[]")];
  return { ...message(instance, offset), value: bufferOf(Uint8Array.from(bytes)) };
}

const all = () => true, none = () => false;

/** A state that has read X's chain at 0. */
function acquainted(): PartitionState {
  const state = newState();
  state.takePending(message(Y, 0), 0);
  return state;
}

Deno.test("PartitionState.passOverLeft() passes over what is left in its topic and needs nothing else", () => {
  const state = acquainted();
  assert(!state.passOverLeft(message(X, 1), 0, none), "its kind is not left");
  assertEquals(state.pendingAt, 1);
  const kinds: string[] = [];
  assert(
    state.passOverLeft(message({ ...X, labels: { b: "2", a: "1" } }, 1), 0, ({ chain, labels }, offset) => {
      kinds.push(`${chain.name} ${labels} ${offset}`);
      return true;
    }),
  );
  assertEquals(kinds, [`${X.chain.name} {"b":"2","a":"1"} 1`]);
  assertEquals([state.pendingAt, state.entries.size], [2, 1]);
  state.handedOut = 9;
  assert(state.passOverLeft(message(X, 2), 0, all), "it may have begun, which its place tells");
  assert(state.takeLeft(message(X, 2), 0, all, none)?.entry?.resumed);
});

Deno.test("PartitionState.passOverLeft() leaves to takePending() whatever else is known of a message", () => {
  assert(!newState().passOverLeft(message(X, 1), 0, all), "its chain was not read yet");
  const cases: Record<string, (state: PartitionState) => void> = {
    "it is a copy": (state) => void state.takePending(message(X, 0), 0),
    "it has ended": (state) => state.takeFinished(stored(...ended(X, 9))),
    "its end came first": (state) => state.takeFinished(stored(...ended(Y, 1))),
    "something has settled of it": (state) => state.takeRunning(stored(settled(X.id, 0, 1))),
    "it has called another": (state) => state.takeRunning(stored(headOf(CALLED, 0))),
    "it is settled": (state) => state.setLeft({ before: 5, open: [], kinds: [], among: [] }),
  };
  for (const [words, happen] of Object.entries(cases)) {
    const state = acquainted();
    happen(state);
    assert(!state.passOverLeft(message(X, 1), 0, all), words);
  }
});

Deno.test("PartitionState.takeLeft() names a message that only seemed to be an instance, once", () => {
  const state = acquainted(), bad = unreadable(X, 1);
  assert(state.passOverLeft(bad, 0, all), "a preview does not show that");
  assertEquals(state.takeLeft(bad, 0, none, none), undefined, "its kind is not wanted");
  assertEquals(state.takeLeft(bad, 0, all, none)?.unreadable?.place, placeAt(1));
  const strange = { ...bad, value: bufferOf(new Uint8Array([255])) };
  assertEquals(state.takeLeft(strange, 0, all, none)?.unreadable?.place, placeAt(1));
  assertEquals(state.takeLeft(strange, 0, all, all), undefined, "it has been set aside");
});

Deno.test("PartitionState.takePending() names a message that was left unread, and none that is settled", () => {
  const state = newState();
  const kinds = [["hash", "{}", 1]] as const;
  state.setLeft({ before: 9, open: [], kinds, among: [3] });
  const unread = (offset: number) => state.takePending(unreadable(X, offset), 0).unreadable !== undefined;
  assertEquals([0, 2, 3, 9].map(unread), [false, true, false, true]);
});
