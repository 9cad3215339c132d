import { badAddress } from "../address_errors.ts";
import type { QueueKind } from "../kind.ts";

/** Where a queue in memory is: in this process. */
export interface MemoryAddress {
  readonly kind: "memory";
}

/** Queues in memory, for tests: a new one each time. */
export const memoryKind: QueueKind<MemoryAddress> = {
  scheme: "memory",
  place: "none",
  form: "memory:",
  formNote: "",
  example: "memory:",
  options: [],
  help: [],
  isLocal: true,
  parse(address) {
    if (address.rest === "") return { kind: "memory" };
    throw badAddress(address, "something stands behind memory:", "Write memory:");
  },
  async open(_, options) {
    const { memoryQueue } = await import("./mod.ts");
    return memoryQueue(options);
  },
};
