import { queueContract } from "./contract.ts";
import { openMemory } from "./harness.ts";

queueContract({ name: "memory", open: openMemory });
