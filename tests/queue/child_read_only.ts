/**
 * A process that may not write: opens a queue for writing and for reading, and prints as JSON how both went. Root may write
 * everything, so it becomes another user first.
 *
 * Argument: the path.
 */
import process from "node:process";
import { realClock } from "../../lib/model/mod.ts";
import { QueueError } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";

async function attempt(readOnly: boolean): Promise<string> {
  try {
    await using queue = await openSqliteQueue({ path: Deno.args[0]!, clock: realClock, readOnly });
    const listed = await Array.fromAsync(queue.list({}));
    return `${(await queue.depth()).queued} queued, ${listed.length} listed`;
  } catch (error) {
    return error instanceof QueueError ? error.code : String(error);
  }
}

if (process.getuid?.() === 0) process.seteuid?.(65534);
const answer = JSON.stringify([await attempt(false), await attempt(true)]);
Deno.stdout.writeSync(new TextEncoder().encode(answer));
