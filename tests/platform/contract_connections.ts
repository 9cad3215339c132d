/** Connections, which are kept open between calls. */
import { assert, assertEquals } from "@std/assert";
import type { PlatformCase } from "./contract_case.ts";
import { outputOf } from "./contract_requests.ts";

export const NOBODY = "nobody who listens is a failure of the network";

const never = new AbortController().signal;

/** One connection after the other, or the same. */
export const connectionCases: readonly PlatformCase[] = [
  {
    name: "calls after each other go over one connection",
    async run({ platform, stage: { relay }, call }) {
      await platform.invoke(call(), never);
      const { connections } = relay;
      for (let i = 0; i < 5; i++) await platform.invoke(call(), never);
      assertEquals(relay.connections, connections);
    },
  },
  {
    name: "a call that dies on a used connection is sent once more, within the attempt",
    async run({ platform, stage, call }) {
      await platform.invoke(call(), never);
      stage.play({ kind: "cut" });
      const { outcome } = await platform.invoke(call({ payload: "args" }), never);
      assertEquals([outputOf(outcome), stage.events.length], [{ size: 3 }, 3]);
    },
  },
  {
    name: "a call that may be made once only goes over a fresh connection, and is never sent twice",
    async run({ platform, stage, call }) {
      await platform.invoke(call(), never);
      const { connections } = stage.relay;
      const once = () => platform.invoke(call({ atMostOnce: true }), never);
      assertEquals((await once()).outcome.kind, "ok");
      assertEquals(stage.relay.connections, connections + 1);
      stage.play({ kind: "cut" });
      const { outcome } = await once();
      assert(outcome.kind === "failed" && outcome.cause === "network");
      assertEquals(stage.events.length, 3);
    },
  },
  {
    name: NOBODY,
    async run({ platform, stage, call }) {
      await stage.relay[Symbol.asyncDispose]();
      const { outcome, status } = await platform.invoke(call(), never);
      assert(outcome.kind === "failed" && outcome.retryable, JSON.stringify(outcome));
      assertEquals([outcome.cause, status], ["network", 0]);
    },
  },
  {
    name: "the end of a platform closes its connections, and ends its calls",
    async run({ platform, stage, call }) {
      const { relay } = stage, before = relay.open;
      await platform.invoke(call(), never);
      stage.play({ kind: "hangs" });
      const reached = stage.reached(), left = platform.invoke(call({ atMostOnce: true }), never);
      await reached;
      await platform[Symbol.asyncDispose]();
      const { outcome } = await left;
      assert(outcome.kind === "failed" && outcome.retryable, JSON.stringify(outcome));
      await relay.hasAtMost(before);
    },
  },
];
