import type { Filter, InstanceView, QueueAdmin } from "../queue/mod.ts";
import type { Caller } from "./caller.ts";
import { withBound } from "./label.ts";
import { ProblemError } from "./problems.ts";

/** Whether a caller may see an instance with some labels. */
export function isVisible({ label }: Caller, labels: Readonly<Record<string, string>>): boolean {
  return label === undefined || Object.hasOwn(labels, label.name) && labels[label.name] === label.value;
}

/** A filter that means only what a caller may see; undefined: that is nothing, as it asks for another value of its label. */
export function visibleFilter(filter: Filter, { label }: Caller): Filter | undefined {
  if (label === undefined) return filter;
  const labels = withBound(filter.labels ?? {}, label);
  return labels && { ...filter, labels };
}

/** An instance that a caller may see. @throws {ProblemError} 404 if there is none, or it is another tenant's */
export async function visibleInstance(
  queue: Pick<QueueAdmin, "get">,
  caller: Caller,
  id: string,
): Promise<InstanceView> {
  const view = await queue.get(id);
  if (view === undefined || !isVisible(caller, view.instance.labels)) throw noInstance(id);
  return view;
}

/** The problem of an id that is not known. */
export function noInstance(id: string): ProblemError {
  return new ProblemError(
    404,
    "not-found",
    `Cannot find ${JSON.stringify(id)}: the queue has no such instance. Check the id`,
  );
}
