/** Instances as the API shows them. */
import { z } from "@hono/zod-openapi";
import { type JsonText, KEPT_RETRIES, type NodeRecord, NULL, raw } from "../model/mod.ts";
import { type InstanceLine, type InstanceView, lineOf } from "../queue/mod.ts";
import { type LiveView, standingOf } from "../live/mod.ts";
import { type InstanceBranch, nodeViews } from "../steer/mod.ts";

/** The states of an instance. */
export const STATES = ["delayed", "queued", "running", "completed", "failed", "cancelled"] as const;

const instant = (what: string) => z.number().openapi({ description: `${what}, in milliseconds since 1970.` });
const json = (description: string) => z.unknown().optional().openapi({ description });

/** An instance as lists show it. */
export const summarySchema = z.object({
  id: z.string(),
  chain: z.string().openapi({ description: "The name of its chain." }),
  state: z.enum(STATES),
  labels: z.record(z.string(), z.string()),
  submittedAtMs: instant("When it was submitted"),
  dueAtMs: instant("When it may begin").optional(),
  endedAtMs: instant("When it ended").optional(),
  priority: z.number(),
  deadlineMs: instant("When it should have ended").optional(),
  parent: z.object({ instance: z.string(), node: z.string(), item: z.int().optional() }).optional()
    .openapi({ description: "The instance and the node by which it was called." }),
  reason: z.string().optional().openapi({ description: "Why it failed or was cancelled." }),
}).openapi("InstanceSummary");

/** One instance. */
export const instanceSchema = summarySchema.extend({
  args: z.unknown().optional().openapi({
    type: "object",
    description: "The args that it was submitted with.",
  }),
  output: json("Its result, once it has ended: JSON as it came."),
  retriedAtMs: z.array(z.number()).optional().openapi({
    description: `When it was retried, in milliseconds since 1970, the last ${KEPT_RETRIES} times at most.`,
  }),
  unreadable: z.string().optional().openapi({
    description: "The parts that cannot be read, as the queue is damaged.",
  }),
}).openapi("Instance");

const record = {
  state: z.string(),
  attempts: z.int().optional(),
  endedAtMs: instant("When it settled").optional(),
  runMs: z.number().optional().openapi({
    description: "The time that the attempt that settled it ran, in milliseconds.",
  }),
  output: json("Its output: JSON as it came."),
  reason: z.string().optional(),
};

/** One instance with its nodes. */
export const detailSchema = instanceSchema.extend({
  nodes: z.array(z.object({
    node: z.string(),
    calls: z.string().openapi({ description: "The function, or the chain, that it calls." }),
    after: z.array(z.string()).openapi({ description: "The nodes before it." }),
    ...record,
    standing: z.string().optional().openapi({
      description:
        "Of an open node: what it waits for, or that it is in flight. (Absent: the key is bound to a label)",
    }),
    generation: z.int().optional().openapi({
      description: "The number of times that it has been begun again.",
    }),
    items: z.array(z.object({ item: z.int(), ...record })).optional().openapi({
      description: "Of a map, its items.",
    }),
  })),
  called: z.array(summarySchema).openapi({
    description: "The instances that it has called, at most 1,000 of them.",
  }),
  isCut: z.boolean().openapi({
    description: "Whether outputs, items or called instances are left out, as they are too large.",
  }),
}).openapi("InstanceDetail");

/** An instance of a list. */
export function summaryBody(line: InstanceLine): z.infer<typeof summarySchema> {
  const { deadlineMs, ...rest } = line;
  return deadlineMs === Infinity ? rest : { ...rest, deadlineMs };
}

/** An instance without its nodes. */
export function instanceBody(view: InstanceView): z.infer<typeof instanceSchema> {
  const { instance: { args, retriedAtMs }, output, unreadable } = view;
  return {
    ...summaryBody(lineOf(view)),
    ...unreadable !== undefined && { unreadable },
    ...retriedAtMs !== undefined && { retriedAtMs: [...retriedAtMs] },
    ...args !== undefined && { args: raw(args) },
    ...output !== undefined && { output: raw(output) },
  };
}

/** Most characters of the outputs of nodes in one answer, and most items: there may be gigabytes of them. */
const MOST_CHARACTERS = 4_000_000, MOST_ITEMS = 2000;

/**
 * An instance with its nodes, and those that it has called.
 *
 * @param live the state of its queue, which says what open nodes wait for. (Default: it is not known)
 */
export function detailOf(
  { view, called, isCut }: InstanceBranch,
  live?: LiveView,
): z.infer<typeof detailSchema> {
  const { chain, labels } = view.instance;
  const { nodes: definitions } = view.instance.chain, room = new Room();
  const nodes = nodeViews(view).map(({ name, state, record, generation, items }, i) => {
    const { fn, calls, after } = definitions[i]!;
    return {
      node: name,
      calls: calls ?? fn.name,
      after: after.map((before) => definitions[before]!.name),
      ...record !== undefined && recordBody(record, room),
      state,
      ...live !== undefined && state === "open" && calls === undefined && {
        standing: standingOf(
          { chain: chain.name, function: fn.name, labels },
          live,
          view.state === "running",
        ),
      },
      ...generation > 0 && { generation },
      ...items.length > 0 && {
        items: room.items(items).map((item) => ({ item: item.item!, ...recordBody(item, room) })),
      },
    };
  });
  return { ...instanceBody(view), nodes, called: called.map(summaryBody), isCut: isCut || room.isCut };
}

function recordBody({ state, attempts, endedAtMs, runMs, output, reason }: NodeRecord, room: Room) {
  return {
    state: state as string,
    attempts,
    ...endedAtMs !== undefined && { endedAtMs },
    ...runMs !== undefined && { runMs },
    ...reason !== undefined && { reason },
    ...output !== NULL && room.takes(output) && { output: raw(output) },
  };
}

/** The room that one answer has for what may be large. */
class Room {
  isCut = false;
  #characters = MOST_CHARACTERS;
  #items = MOST_ITEMS;

  takes(output: JsonText): boolean {
    const hasRoom = output.length <= this.#characters;
    if (hasRoom) this.#characters -= output.length;
    else this.isCut = true;
    return hasRoom;
  }

  items(all: readonly NodeRecord[]): readonly NodeRecord[] {
    const taken = all.slice(0, this.#items);
    this.#items -= taken.length;
    this.isCut ||= taken.length < all.length;
    return taken;
  }
}
