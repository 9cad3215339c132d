import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Clock, realClock } from "../model/mod.ts";
import { readRunLog } from "./reader.ts";
import { LAST_WAIT_MS, MOST_WAITING_BYTES, StreamSink } from "./stream_sink.ts";
import { INFO, submit } from "./testing.ts";
import { openRunLog } from "./writer.ts";

/** A clock whose waits end when the test says so. */
function handClock(): Clock & { readonly waits: number[]; pass(): void } {
  const waits: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    nowMs: () => 0,
    wallMs: () => 0,
    after: () => () => {},
    until: (atMs, signal) => {
      waits.push(atMs);
      return Promise.race([
        promise,
        new Promise<void>((over) => signal?.addEventListener("abort", () => over())),
      ]);
    },
    waits,
    pass: resolve,
  };
}

/** A file whose reader takes as many bytes at a time as the test lets it. */
function slowFile() {
  const taken: number[] = [];
  let wanted = Promise.withResolvers<void>(), isClosed = false;
  const file = {
    async write(bytes: Uint8Array) {
      await wanted.promise;
      const count = Math.min(bytes.length, 1000);
      taken.push(...bytes.subarray(0, count));
      return count;
    },
    close: () => isClosed = true,
  } as unknown as Deno.FsFile;
  return {
    file,
    taken,
    read: () => wanted.resolve(),
    stop: () => wanted = Promise.withResolvers(),
    closed: () => isClosed,
  };
}

Deno.test("StreamSink takes up to its bound while nobody reads, and writes it all when somebody does", async () => {
  const { file, taken, read, closed } = slowFile();
  const sink = new StreamSink(() => Promise.resolve(file), handClock());
  const part = new Uint8Array(MOST_WAITING_BYTES / 4);
  for (let i = 0; i < 4; i++) {
    assertEquals(sink.isFull, false);
    sink.write(part.fill(i));
  }
  assert(sink.isFull);
  read();
  assertEquals(await sink.close(), 0);
  assertEquals(taken.length, MOST_WAITING_BYTES);
  assertEquals(
    [0, 1, 2, 3].map((i) => taken[part.length * i + 7]),
    [0, 1, 2, 3],
    "as it was when it was written",
  );
  assertEquals([sink.isFull, closed()], [false, true]);
});

Deno.test("StreamSink waits for its reader a while at the end, and says what is left then", async () => {
  const clock = handClock();
  for (const open of [() => Promise.resolve(slowFile().file), () => new Promise<Deno.FsFile>(() => {})]) {
    const sink = new StreamSink(open, clock);
    sink.write(new Uint8Array(70_000));
    const closed = sink.close();
    clock.pass();
    assertEquals(await closed, 70_000);
  }
  assertEquals(clock.waits, [LAST_WAIT_MS, LAST_WAIT_MS]);
});

Deno.test("StreamSink fails the next write, or its end, when the reader has gone", async () => {
  const gone = { write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")), close() {} };
  const sink = new StreamSink(() => Promise.resolve(gone as unknown as Deno.FsFile), handClock());
  sink.write(new Uint8Array(1));
  await assertRejects(() => sink.close(), Deno.errors.BrokenPipe);
  assertThrows(() => sink.write(new Uint8Array(1)), Deno.errors.BrokenPipe);
});

for (const name of ["run.pipe", "run.pipe.gz"]) {
  Deno.test({
    name:
      `openRunLog() to a pipe without a reader, ${name}, loses whole events, and says how many to all who read`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/${name}`, copy = `${folder}/copy.json`;
      try {
        await new Deno.Command("mkfifo", { args: [path] }).output();
        const said: string[] = [];
        const clock = { ...realClock, until: handClock().until }; // the reader may take its time
        const log = await openRunLog(path, INFO, { clock, onLoss: (words) => said.push(words) });
        const labels = () => ({ noise: Array.from({ length: 40 }, () => crypto.randomUUID()).join("") });
        let events = 0;
        while (said.length === 0) log.submit(submit({ instance: `i${++events}`, labels: labels() }));
        const reader = new Deno.Command("sh", { args: ["-c", 'cat "$0" > "$1"', path, copy] }).output();
        await log.close();
        await reader;
        assertEquals(said.slice(1), [`1 event of the run log ${path} was lost`]);
        const { events: read, warnings } = await readRunLog(copy);
        let found = 0;
        for await (const event of read) if (event.type === "submit") found++;
        assertEquals(found, events - 1);
        assertEquals(warnings, [
          `1 event is missing in ${copy}: it was not read as fast as it was written`,
        ]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
