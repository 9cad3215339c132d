/** The invariants that hold when all is over, whatever happened on the way. */
import { assert, assertEquals } from "@std/assert";
import { callKey, NULL, objectText, shapeOf } from "../../../lib/model/mod.ts";
import type { InstanceView } from "../../../lib/queue/mod.ts";
import type { EventLog } from "../event_log.ts";
import type { SeenCall } from "../scripted_platform.ts";

type Views = ReadonlyMap<string, InstanceView>;

/** No instance has ended twice. */
export function checkEndedOnce(logs: readonly EventLog[]): void {
  const ends = logs.flatMap((log) => Object.keys(log.outcomes()));
  assertEquals(ends.length, new Set(ends).size, "each ends once");
}

/** All have ended, and what is recorded of them is what was answered and no more. */
export function checkEnds(views: Views, calls: readonly SeenCall[]): void {
  const answers = new Set(
    calls.map(({ instance, node, item, outcome }) =>
      outcome?.kind === "ok" && answer(instance, node, item, outcome.output)
    ),
  );
  for (const view of views.values()) {
    const { instance: { id, chain }, state, progress, output } = view;
    assert(state === "completed" || state === "failed" || state === "cancelled", `${id} is ${state}`);
    const outputs = new Map(
      progress.flatMap((record) => record.state === "ok" ? [[at(record), record.output]] : []),
    );
    for (const { node, item, state, output } of progress) {
      if (state !== "ok") continue;
      const { name, calls, map } = chain.nodes[node]!;
      if (map !== undefined && item === undefined) continue; // that of its items
      const called = views.get(callKey(view.instance, item === undefined ? { node } : { node, item }));
      if (calls === undefined) {
        assert(answers.has(answer(id, name, item, output)), `${id}/${name} was not answered so`);
      } else assertEquals([called?.state, called?.output], ["completed", output], `${id}/${name}`);
    }
    if (state !== "completed") checkUndone(view);
    else {
      const settled = new Set(progress.filter(({ item }) => item === undefined).map(({ node }) => node));
      assertEquals(settled.size, chain.onFailed ?? chain.nodes.length, `${id} is completed`);
      const last = shapeOf(chain).last.map((
        i,
      ) => [chain.nodes[i]!.name, outputs.get(at({ node: i })) ?? NULL] as const);
      assertEquals(output, objectText(last), `the result of ${id}`);
    }
  }
}

function answer(instance: string, node: string, item: number | undefined, output: unknown): string {
  return JSON.stringify([instance, node, item ?? null, output]);
}

function at({ node, item }: { readonly node: number; readonly item?: number }): string {
  return item === undefined ? `${node}` : `${node}/${item}`;
}

/** Checks that the work of an instance that failed is undone. */
function checkUndone({ instance: { id, chain }, state, progress }: InstanceView): void {
  if (chain.onFailed === undefined || state !== "failed") return;
  const isDone = progress.some(({ node, state }) => node !== chain.onFailed && state === "ok");
  const isUndone = progress.some(({ node, state }) => node === chain.onFailed && state !== "started");
  assert(isUndone || !isDone, `${id} is not undone`);
}

/** Of what was lost or cancelled while it was about to be called, the start may be all that is known; of the rest the end is. */
export function checkNothingOpen(views: Views): void {
  for (const { instance: { id }, state, progress } of views.values()) {
    assert(
      state === "cancelled" || progress.every(({ state }) => state !== "started"),
      `a call of ${id} is open`,
    );
  }
}

/** Checks that no call is repeated that has been answered. */
export function checkNothingTwice(calls: readonly SeenCall[]): void {
  const done = new Set<string>();
  for (const { key, outcome } of calls) {
    assert(!done.has(key), `${key} is called again`);
    if (outcome?.kind === "ok") done.add(key);
  }
}

/** Checks that functions that may run once only are called again only after a refusal. */
export function checkOnce(calls: readonly SeenCall[]): void {
  const called = new Set<string>();
  for (const { key, outcome, once } of calls) {
    if (!once) continue;
    assert(!called.has(key), `${key} is called again`);
    if (outcome?.kind !== "throttled") called.add(key);
  }
}
