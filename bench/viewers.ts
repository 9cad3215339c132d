// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Viewers of a queue, in a process of their own: each reads the events, and the metrics are read once a second. Prints a line once all have begun. */
const [url = "", count = "1"] = Deno.args;

async function view(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(`${url}/v1/events`);
  const reader = body!.getReader();
  await reader.read();
  return reader;
}

async function readOn(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

const readers = await Promise.all(Array.from({ length: Number(count) }, view));
setInterval(async () => void await (await fetch(`${url}/metrics`)).text().catch(() => ""), 1000);
console.log("ready");
await Promise.allSettled(readers.map(readOn));
Deno.exit(0);
