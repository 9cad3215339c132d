/** A provider that collapses, and clients that make it stay so: the metastable failure that the profile is there for. */
import { assert, assertEquals } from "@std/assert";
import { Drive } from "./testing.ts";

/** A caller who makes one call after another, and waits after a refusal before the next. */
class Client {
  #stopped = false;
  readonly #drive: Drive;
  retryMs: number;

  constructor(drive: Drive, retryMs: number) {
    this.#drive = drive;
    this.retryMs = retryMs;
    this.#call();
  }

  #call(): void {
    if (this.#stopped) return;
    this.#drive.call({
      name: "f",
      runMs: 100,
      then: (outcome) => {
        if (outcome === "ended") this.#call();
        else this.#drive.at(this.#drive.nowMs + this.retryMs, () => this.#call());
      },
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** Calls that ended in a span of time, per second. */
function endedPerS({ happened }: Drive, fromS: number, toS: number): number {
  const ended = happened.filter(({ what, atMs }) =>
    what === "ended" && atMs > fromS * 1000 && atMs <= toS * 1000
  );
  return Math.round(ended.length / (toS - fromS));
}

function clients(drive: Drive, count: number): Client[] {
  return Array.from({ length: count }, () => new Client(drive, 100));
}

Deno.test("a provider that collapses stays so while it is hammered, and recovers when clients back off", () => {
  const drive = new Drive("collapse,limit=40,collapse=0.25,recovery=20s,cold=0ms");
  const steady = clients(drive, 40);
  drive.run(20_000);
  assertEquals(endedPerS(drive, 0, 20), 400, "the limit holds the load");

  const burst = clients(drive, 40);
  drive.run(30_000);
  burst.forEach((client) => client.stop());
  drive.run(60_000);
  assertEquals(endedPerS(drive, 25, 30), 100, "collapsed to a quarter");
  assertEquals(endedPerS(drive, 31, 60), 100, "the load that it once held keeps it down");

  steady.forEach((client) => client.retryMs = 2000);
  drive.run(70_000);
  const recovering = endedPerS(drive, 65, 70);
  assert(
    recovering > 150 && recovering < 350,
    `it rises slowly: ${recovering} a second after five to ten seconds`,
  );
  drive.run(100_000);
  assertEquals(endedPerS(drive, 90, 100), 400, "all is as before");
});

Deno.test("a provider with a soft limit collapses under a long line, and recovers once that is short", () => {
  const drive = new Drive("collapse,limit=40,queue=200,collapse=0.25,recovery=20s,cold=0ms");
  clients(drive, 40);
  drive.run(10_000);
  const burst = clients(drive, 100);
  drive.run(20_000);
  assertEquals([endedPerS(drive, 0, 10), endedPerS(drive, 15, 20)], [400, 100]);
  burst.forEach((client) => client.stop());
  drive.run(60_000);
  assertEquals(endedPerS(drive, 50, 60), 400);
});

Deno.test("a provider with a hard limit alone serves its limit whatever the load", () => {
  const drive = new Drive("hard-limit,limit=40,cold=0ms");
  clients(drive, 200);
  drive.run(20_000);
  assertEquals(endedPerS(drive, 5, 20), 400);
});
