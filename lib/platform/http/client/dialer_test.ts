import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { UrlRefusedError } from "../../guard/url_guard.ts";
import { Dialer } from "./dialer.ts";
import { firstConnected } from "./first_connected.ts";
import { answering } from "./testing.ts";

const never = new AbortController().signal;

Deno.test("Dialer.dial() connects to the first address of a name that answers, and to that one at first from then on", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const names = answering(["127.0.0.2", "::1", "127.0.0.1"]); // nobody listens at the first two
  const dialer = new Dialer(new VirtualClock(), names.resolve);
  for (let i = 0; i < 2; i++) {
    using mine = await dialer.dial("functions.test", port, never);
    using _theirs = await listener.accept();
    assertEquals((mine.remoteAddr as Deno.NetAddr).hostname, "127.0.0.1");
  }
  listener.close();
  await assertRejects(() => dialer.dial("functions.test", port, never));
  assertEquals(names.asked, ["functions.test"]);
});

Deno.test("Dialer.dial() connects to nobody of whom one address is never called", async () => {
  const dialer = new Dialer(new VirtualClock(), answering(["127.0.0.1", "169.254.169.254"]).resolve);
  for (const host of ["rebound.test", "169.254.169.254", "[fe80::1]", "metadata.google.internal"]) {
    await assertRejects(() => dialer.dial(host, 80, never), UrlRefusedError);
    await assertRejects(() => dialer.check(host, never), UrlRefusedError);
    await assertRejects(() => dialer.check(host, never), UrlRefusedError);
  }
});

Deno.test("Dialer.check() lets a name pass that cannot be resolved here, and asks for it twice a minute at most", async () => {
  const clock = new VirtualClock(), names = answering(new Error("ENOTFOUND"));
  const dialer = new Dialer(clock, names.resolve);
  for (let i = 0; i < 5; i++) await dialer.check("inside.proxy", never);
  assertEquals(names.asked.length, 1);
  await clock.pass(30_000);
  await dialer.check("inside.proxy", never);
  assertEquals(names.asked.length, 2);
});

Deno.test("Dialer.dial() waits no longer for a name than its signal says", async () => {
  const controller = new AbortController();
  const dialer = new Dialer(
    new VirtualClock(),
    () => (controller.abort(new Error("too late")), new Promise(() => {})),
  );
  await assertRejects(() => dialer.dial("slow.test", 80, controller.signal), Error, "too late");
});

/** A network of a test: the time that each address takes to answer, in milliseconds; below 0: to fail. */
function network(clock: VirtualClock, times: Readonly<Record<string, number>>) {
  const log: string[] = [];
  return {
    log,
    connect: async (address: string, signal: AbortSignal) => {
      const startMs = clock.nowMs();
      log.push(`${address} at ${startMs - begunAtMs}`);
      await clock.until(startMs + Math.abs(times[address]!), signal);
      signal.throwIfAborted();
      if (times[address]! < 0) throw new Error(`${address} failed`);
      return { [Symbol.dispose]: () => void log.push(`${address} closed`) };
    },
  };
}
let begunAtMs = 0;

const RACES: readonly [name: string, times: Record<string, number>, log: string[], winner: string][] = [
  ["the first that answers", { a: 10, b: 10 }, ["a at 0"], "a"],
  ["the next one at once after a failure", { a: -10, b: 10 }, ["a at 0", "b at 10"], "b"],
  ["the next one after 250 ms beside one that says nothing", { a: 1e6, b: -1, c: 10 }, [
    "a at 0",
    "b at 250",
    "c at 251",
  ], "c"],
  ["one that is slow, if the others fail", { a: 600, b: -1, c: -1 }, ["a at 0", "b at 250", "c at 251"], "a"],
];

for (const [name, times, log, winner] of RACES) {
  Deno.test(`firstConnected() takes ${name}`, async () => {
    const clock = new VirtualClock(), net = network(clock, times);
    begunAtMs = clock.nowMs();
    const [, address] = await clock.run(firstConnected(Object.keys(times), net.connect, clock, never));
    assertEquals([address, net.log, clock.timers], [winner, log, 0]);
  });
}

Deno.test("firstConnected() fails when all addresses have, with the last error, and when its signal is aborted", async () => {
  const clock = new VirtualClock(), net = network(clock, { a: -10, b: -20 });
  await assertRejects(
    () => clock.run(firstConnected(["a", "b"], net.connect, clock, never)),
    Error,
    "b failed",
  );
  const controller = new AbortController(), slow = network(clock, { a: 1e6, b: 1e6 });
  const connecting = firstConnected(["a", "b"], slow.connect, clock, controller.signal);
  controller.abort(new Error("too late"));
  await assertRejects(() => connecting, Error, "too late");
  assertEquals(clock.timers, 0);
});
