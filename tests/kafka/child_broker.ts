/** A process that starts a broker, says as JSON where it is, and never ends by itself. */
import { dirname } from "node:path";
import { startBroker } from "./broker.ts";

const { address, log } = await startBroker();
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ address, folder: dirname(log) })));
setInterval(() => {}, 60_000);
