import {
  checkInstance,
  checkTriggered,
  type Instance,
  isObject,
  NO_LABELS,
  WorkloadError,
} from "../model/mod.ts";
import { readText, TooLargeError } from "./body.ts";
import type { ChainHost } from "./chain_host.ts";
import { problem } from "./problem.ts";

/** Longest request, in bytes: about 2,000 nodes. */
export const MAX_CHAIN_BYTES = 1024 * 1024;
/** Most chains under way; each holds a connection. */
export const MAX_OPEN_CHAINS = 10_000;

/**
 * A POST with `{"id": …, "chain": …}` runs a chain the provider's way. The answer is a line of JSON for each call as it ends
 * (see `ChainCallEnd`), and one at the end of the chain: `{"outcome":"completed"}`, or `"dropped"` with a `reason`. Whether
 * anybody reads it makes no difference to the chain.
 */
export async function answerChain(request: Request, host: ChainHost): Promise<Response> {
  if (request.method !== "POST") return problem(405, "POST a chain here", { allow: "POST" });
  let instance: Instance;
  try {
    instance = readInstance(JSON.parse(await readText(request, MAX_CHAIN_BYTES)));
  } catch (error) {
    if (error instanceof TooLargeError) {
      return problem(413, `the chain is longer than ${MAX_CHAIN_BYTES} bytes`);
    }
    return problem(400, `cannot run this: ${(error as Error).message}`);
  }
  if (host.open >= MAX_OPEN_CHAINS) return problem(503, `${MAX_OPEN_CHAINS} chains are under way`);
  return new Response(linesOf(host, instance), { headers: { "content-type": "application/x-ndjson" } });
}

/** Runs a chain, and says what happens to it. */
function linesOf(host: ChainHost, instance: Instance): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isRead = true;
  return new ReadableStream({
    async start(controller) {
      const say = (line: object) => {
        if (isRead) controller.enqueue(encoder.encode(JSON.stringify(line) + "\n"));
      };
      const lost = await host.run(instance, say);
      say(lost === undefined ? { outcome: "completed" } : { outcome: "dropped", reason: lost });
      if (isRead) controller.close();
    },
    cancel() {
      isRead = false;
    },
  });
}

/** @throws {WorkloadError} if it cannot be run here */
function readInstance(value: unknown): Instance {
  if (!isObject(value)) throw new SyntaxError('write {"id": "…", "chain": {…}}');
  const instance = {
    id: value.id,
    chain: value.chain,
    labels: NO_LABELS,
    submittedAtMs: 0,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  } as Instance;
  checkInstance(instance);
  checkTriggered(instance.chain);
  for (const { name: node, fn } of instance.chain.nodes) {
    if (fn.url === undefined && fn.urls === undefined) continue;
    throw new WorkloadError("bad-chain", `the function ${fn.name} has a URL, and is not here`, {
      chain: instance.chain.name,
      node,
    });
  }
  return instance;
}
