import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { Dialer } from "./dialer.ts";
import { UrlRefusedError } from "../guard/url_guard.ts";

const never = new AbortController().signal;

/** A listener that takes one connection. */
function listen() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return {
    port: (listener.addr as Deno.NetAddr).port,
    accepted: listener.accept(),
    close: () => listener.close(),
  };
}

Deno.test("Dialer.dial() connects to the first address of a name that answers, looked up once", async () => {
  const { port, accepted, close } = listen();
  const asked: string[] = [];
  const dialer = new Dialer(new VirtualClock(), (name) => {
    asked.push(name);
    return Promise.resolve(["127.0.0.2", "127.0.0.1"]); // nobody listens at the first
  });
  using _mine = await dialer.dial("functions.test", port, never);
  using _theirs = await accepted;
  close();
  await assertRejects(() => dialer.dial("functions.test", port, never), Deno.errors.ConnectionRefused);
  assertEquals(asked, ["functions.test"]);
});

Deno.test("Dialer.dial() connects to nobody of whom one address is never called", async () => {
  const dialer = new Dialer(new VirtualClock(), () => Promise.resolve(["127.0.0.1", "169.254.169.254"]));
  for (const host of ["rebound.test", "169.254.169.254", "[fe80::1]", "metadata.google.internal"]) {
    await assertRejects(() => dialer.dial(host, 80, never), UrlRefusedError);
  }
});

Deno.test("Dialer.dial() waits no longer for a name than its signal says", async () => {
  const controller = new AbortController();
  const dialer = new Dialer(
    new VirtualClock(),
    () => (controller.abort(new Error("too late")), new Promise(() => {})),
  );
  await assertRejects(() => dialer.dial("slow.test", 80, controller.signal), Error, "too late");
});
