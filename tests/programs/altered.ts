import type { QueueDriver } from "../../lib/queue/mod.ts";

/** A queue with some of its methods replaced. */
export function altered(queue: QueueDriver, methods: Partial<QueueDriver>): QueueDriver {
  return {
    isDivided: queue.isDivided,
    rateLedgers: queue.rateLedgers,
    push: (instances) => queue.push(instances),
    pull: (max, signal, bounds) => queue.pull(max, signal, bounds),
    checkpoint: (progress) => queue.checkpoint(progress),
    finish: (results) => queue.finish(results),
    confirmHolds: () => queue.confirmHolds(),
    release: (ids) => queue.release(ids),
    beat: (record) => queue.beat(record),
    depth: () => queue.depth(),
    identity: () => queue.identity(),
    consumers: (atOnce) => queue.consumers(atOnce),
    settings: () => queue.settings(),
    get: (id) => queue.get(id),
    list: (filter) => queue.list(filter),
    page: (filter, options) => queue.page(filter, options),
    request: (command) => queue.request(command),
    commands: (signal) => queue.commands(signal),
    partitions: () => queue.partitions(),
    badMessages: () => queue.badMessages(),
    deploy: (chains) => queue.deploy(chains),
    deployed: (name) => queue.deployed(name),
    deployments: () => queue.deployments(),
    undeploy: (name) => queue.undeploy(name),
    pullCallbacks: (room, signal) => queue.pullCallbacks(room, signal),
    settleCallbacks: (settled) => queue.settleCallbacks(settled),
    retryCallbacks: (ids) => queue.retryCallbacks(ids),
    callbacks: (filter) => queue.callbacks(filter),
    callbackCounts: () => queue.callbackCounts(),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
    ...methods,
  };
}
