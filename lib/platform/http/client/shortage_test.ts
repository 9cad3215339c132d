import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Stop } from "../../../model/mod.ts";
import { Shortage, shortageWords } from "./shortage.ts";

/** Waits that note when they end, since the start, in milliseconds. */
function waits() {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const notes: string[] = [], ends: string[] = [];
  const shortage = new Shortage(clock, (words) => notes.push(words));
  return {
    clock,
    notes,
    ends,
    shortage,
    wait: async (name: string, stop = new Stop()) => {
      await shortage.wait("it is full", stop);
      ends.push(`${name} at ${clock.nowMs() - startMs}`);
    },
  };
}

Deno.test("shortageWords() tells what this machine is short of, also by what caused an error, and nothing else", () => {
  const error = (code: string) => Object.assign(new Error("no"), { code });
  const found = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS"].map((code) =>
    shortageWords(new TypeError("x", { cause: error(code) }))?.includes(code)
  );
  assertEquals(found, [true, true, true, true]);
  for (const other of [error("ECONNREFUSED"), new Error("EMFILE"), undefined, "EMFILE"]) {
    assertEquals(shortageWords(other), undefined);
  }
});

Deno.test("Shortage.wait() lets the first go when something gets free, and one in 100 ms if nothing does, and says so once", async () => {
  const { clock, notes, ends, shortage, wait } = waits();
  const all = ["a", "b", "c", "d"].map((name) => wait(name));
  shortage.eased();
  shortage.eased();
  await clock.run(Promise.all(all));
  assertEquals(ends, ["a at 0", "b at 0", "c at 100", "d at 200"]);
  shortage.eased();
  assertEquals([notes, clock.timers], [["Calls are held back: it is full"], 0]);
  await clock.pass(60_000);
  await clock.run(wait("e"));
  assertEquals(notes.length, 2);
});

Deno.test("Shortage.wait() ends when it is stopped, and leaves nothing behind", async () => {
  const { clock, ends, shortage, wait } = waits();
  const stop = new Stop();
  const stopped = wait("a", stop), other = wait("b");
  stop.abort();
  await stopped;
  shortage.eased();
  await other;
  assertEquals([ends, clock.timers], [["a at 0", "b at 0"], 0]);
  stop.abort();
  await wait("c", stop);
  assertEquals(clock.timers, 0);
});
