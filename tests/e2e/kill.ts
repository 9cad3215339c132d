import type { Random } from "../../lib/model/mod.ts";
import { pause } from "./recorded_calls.ts";
import { Running, type RunOptions } from "./sequoia.ts";

/**
 * Runs a consumer, and kills it at any moment.
 *
 * @param args of the command, `consume` first
 * @param longestMs the longest that it lives after it has begun to consume, in milliseconds
 */
export async function killAtAnyMoment(
  args: string[],
  options: RunOptions,
  random: Random,
  longestMs: number,
): Promise<void> {
  await using consumer = new Running(args, options);
  await consumer.says(/Consuming/);
  await pause(random.next() * longestMs); // the moment of the crash is what is drawn
  consumer.signal("SIGKILL");
}
