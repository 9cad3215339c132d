import { assertEquals } from "@std/assert";
import { seededRandom } from "../../model/mod.ts";
import { idle, VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { parseProfile } from "../../provider/mod.ts";
import { Provider } from "../../provider/mod.ts";
import { type Entry, Turns } from "./turns.ts";

function setup(profile: string) {
  const clock = new VirtualClock();
  const provider = new Provider(parseProfile(profile), seededRandom(1));
  const turns = new Turns(provider, clock);
  const startMs = clock.nowMs();
  const log: string[] = [];
  const tell = (name: string, what: string) =>
    log.push(`${Math.round(clock.nowMs() - startMs)} ${name} ${what}`);
  /** Lets a call arrive; its outcome is in the log. */
  const enter = (name: string, gone?: AbortSignal): Entry => {
    const entry = turns.enter(name, "http", gone === undefined ? undefined : () => gone);
    tell(name, entry.kind);
    if (entry.kind === "queued") {
      entry.turn.then((turn) => tell(name, turn === undefined ? "sent away" : `after ${turn.delayMs}`));
    }
    return entry;
  };
  return { clock, provider, turns, log, enter };
}

Deno.test("Turns lets calls in as others leave, in their order", async () => {
  const { turns, log, enter, clock } = setup("hard-limit,limit=1,queue=2,cold=50ms");
  for (const name of ["a", "b", "c", "d"]) enter(name);
  await clock.pass(100);
  turns.leave("a");
  await clock.pass(100);
  turns.leave("b");
  await idle();
  assertEquals(log, [
    "0 a started",
    "0 b queued",
    "0 c queued",
    "0 d refused",
    "100 b after 50",
    "200 c after 50",
  ]);
  assertEquals(clock.timers, 0);
});

Deno.test("Turns lets calls in when time alone makes room, by one timer", async () => {
  const { log, enter, clock } = setup("ramp,burst=1,ramp=1,queue=10,cold=0ms");
  for (const name of ["a", "b", "c"]) enter(name);
  assertEquals(clock.timers, 1);
  await clock.pass(5000);
  assertEquals(log, ["0 a started", "0 b queued", "0 c queued", "1000 b after 0", "2000 c after 0"]);
  assertEquals(clock.timers, 0);
});

Deno.test("Turns gives up the place of a call whose caller goes away, but not of one that had its turn", async () => {
  const { turns, provider, log, enter, clock } = setup("hard-limit,limit=1,queue=9,cold=0ms");
  const [b, c] = [new AbortController(), new AbortController()];
  enter("a");
  enter("b", b.signal);
  enter("c", c.signal);
  enter("d", AbortSignal.abort());
  await clock.pass(10);
  b.abort();
  turns.leave("a");
  await clock.pass(10);
  c.abort();
  await idle();
  assertEquals(log, [
    "0 a started",
    "0 b queued",
    "0 c queued",
    "0 d queued",
    "0 d sent away",
    "10 b sent away",
    "10 c after 0",
  ]);
  assertEquals([provider.running, provider.queued], [1, 0]);
});

Deno.test("Turns lets a call in that another kept back, once that goes away", async () => {
  const { turns, log, enter, clock } = setup("ramp,burst=2,ramp=1/h,queue=9,cold=0ms");
  const first = new AbortController();
  enter("f");
  enter("f");
  turns.leave("f");
  enter("new", first.signal);
  enter("f");
  await clock.pass(10);
  first.abort();
  await idle();
  assertEquals(log.slice(2), ["0 new queued", "0 f queued", "10 new sent away", "10 f after 0"]);
});

Deno.test("Turns, closed, sends away all that wait and all that would have to", async () => {
  const { turns, provider, log, enter, clock } = setup("ramp,limit=2,burst=1,ramp=1,queue=9,cold=0ms");
  enter("a");
  enter("b");
  turns.close();
  await idle();
  enter("c");
  await idle();
  assertEquals(log, ["0 a started", "0 b queued", "0 b sent away", "0 c queued", "0 c sent away"]);
  assertEquals([provider.running, provider.queued, clock.timers], [1, 0, 0]);
});
