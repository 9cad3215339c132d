import type { FloorShortage } from "../lib/scheduler/mod.ts";

/** Floors cannot all be kept, in words. */
export function floorShortageWords({ reserved, limit }: FloorShortage): string {
  return `Cannot keep all floors: they reserve ${reserved} slots, and the platform runs ${limit} calls at once. ` +
    "The floors share these in proportion. Lower them with --floor";
}
