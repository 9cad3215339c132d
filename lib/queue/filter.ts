import type { Command, Filter, InstanceState, InstanceView } from "./queue.ts";

/** Whether a filter means an instance; its `limit` is not looked at. */
export function matches(filter: Filter, view: Pick<InstanceView, "instance" | "state">): boolean {
  const { instance, state } = view;
  return (filter.ids?.includes(instance.id) ?? true) &&
    (filter.states?.includes(state) ?? true) &&
    (filter.parent === undefined || filter.parent === instance.parent?.instance) &&
    (filter.chain === undefined || filter.chain === instance.chain.name) &&
    Object.entries(filter.labels ?? {}).every(([key, text]) => instance.labels[key] === text);
}

/** A filter that means only instances that are also in one of `states`. */
export function among(states: readonly InstanceState[], filter: Filter): Filter {
  const both = filter.states?.filter((state) => states.includes(state)) ?? states;
  return { ...filter, states: both };
}

/** The states that a cancel command reaches: those of instances that have not ended. */
export const CANCELLABLE: readonly InstanceState[] = ["delayed", "queued", "running"];
/** The states that a retry command reaches. */
export const RETRYABLE: readonly InstanceState[] = ["failed", "cancelled"];
/** The states that a purge command reaches: those of instances that have ended. */
export const ENDED: readonly InstanceState[] = ["completed", "failed", "cancelled"];

/** The states that a retry command with `from` reaches. */
export const RETRYABLE_FROM: readonly InstanceState[] = ["completed", ...RETRYABLE];

/** The states that a command about instances reaches. */
export function reachableStates(
  command: Extract<Command, { kind: "cancel" | "retry" | "purge" }>,
): readonly InstanceState[] {
  switch (command.kind) {
    case "cancel":
      return CANCELLABLE;
    case "retry":
      return command.from === undefined ? RETRYABLE : RETRYABLE_FROM;
    case "purge":
      return ENDED;
  }
}

/** The reason of instances whose caller has ended before them. */
export const CALLER_ENDED = "its caller has ended";

/** The reason of instances that a cancel command ended. */
export const CANCELLED_ON_REQUEST = "cancelled on request";
