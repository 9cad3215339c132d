import { bodyLength, frameOf, HEAD, textOfBody } from "../frames.ts";
import { type Request, writeAnswer } from "../messages.ts";
import { evaluateFully } from "./evaluate.ts";
import { BEGUN, CPU_MS, PLACES } from "./watched.ts";

/**
 * The program of an evaluator: answers the requests on its standard input in their order, on its standard output, until the
 * input ends. One evaluation runs at a time, so whoever asks knows which one a process has ended in.
 */
export async function serveEvaluations(): Promise<void> {
  const shared = new Int32Array(new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT));
  using _ = await watch(shared);
  // ^C reaches all programs of a terminal: the consumer ends its evaluators when it does not need them any more
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  // what goes on beside a part of an evaluation that has failed fails too, and nobody waits for it
  globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
  write("ready");
  let begun = 0;
  for (let text = read(); text !== undefined; text = read()) {
    const request = JSON.parse(text) as Request;
    Atomics.store(shared, CPU_MS, request.budget.cpuMs);
    begun = begun % 1_000_000 + 1;
    Atomics.store(shared, BEGUN, begun);
    Atomics.notify(shared, BEGUN);
    const answer = await evaluateFully(request, text.length);
    Atomics.store(shared, BEGUN, 0);
    write(writeAnswer(answer));
  }
}

async function watch(shared: Int32Array): Promise<Disposable> {
  const worker = new Worker(new URL("./watchdog.ts", import.meta.url), { type: "module" });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage(shared);
  });
  return { [Symbol.dispose]: () => worker.terminate() };
}

function read(): string | undefined {
  const head = readBytes(HEAD);
  const body = head && readBytes(bodyLength(head));
  return body && textOfBody(body);
}

/** Undefined if the input ends before. */
function readBytes(length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const more = Deno.stdin.readSync(bytes.subarray(at));
    if (more === null) return undefined;
    at += more;
  }
  return bytes;
}

function write(text: string): void {
  const frame = frameOf(text);
  for (let at = 0; at < frame.length;) at += Deno.stdout.writeSync(frame.subarray(at));
}
