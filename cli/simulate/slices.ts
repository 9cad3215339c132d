/** Long computations, in parts. */
import { clock } from "../assembly.ts";

/** Between two looks at the keyboard and the clock. */
export const INSTANTS_PER_SLICE = 20_000;

/** Lets signals and the progress bar have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void clock.after(0, resolve));
}
