import type { QueueDriver } from "../../lib/queue/mod.ts";

/** A queue of which some methods are replaced. */
export function altered(queue: QueueDriver, methods: Partial<QueueDriver>): QueueDriver {
  return {
    isDivided: queue.isDivided,
    push: (instances) => queue.push(instances),
    pull: (max, signal, bounds) => queue.pull(max, signal, bounds),
    checkpoint: (progress) => queue.checkpoint(progress),
    finish: (results) => queue.finish(results),
    confirmHolds: () => queue.confirmHolds(),
    release: (ids) => queue.release(ids),
    beat: (record) => queue.beat(record),
    depth: () => queue.depth(),
    consumers: (atOnce) => queue.consumers(atOnce),
    settings: () => queue.settings(),
    get: (id) => queue.get(id),
    list: (filter) => queue.list(filter),
    request: (command) => queue.request(command),
    commands: (signal) => queue.commands(signal),
    partitions: () => queue.partitions(),
    badMessages: () => queue.badMessages(),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
    ...methods,
  };
}
