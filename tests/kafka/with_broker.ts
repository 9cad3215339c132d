/**
 * Runs a command beside a broker of its own, whose address it finds in SEQUOIA_QUEUE:
 * `deno run -A tests/kafka/with_broker.ts sequoia produce …`.
 */
import { startBroker } from "./broker.ts";

await using broker = await startBroker();
const [program = "sequoia", ...args] = Deno.args;
const env = { SEQUOIA_QUEUE: `kafka://${broker.address}` };
const { code } = await new Deno.Command(program, { args, env }).spawn().status;
Deno.exitCode = code;
