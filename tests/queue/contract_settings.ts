import type { Pause } from "../../lib/model/mod.ts";
import type { Order, PolicySetting, QueueDriver, Settings } from "../../lib/queue/mod.ts";
import { assert, assertEquals } from "@std/assert";
import type { ContractCase, QueueHarness } from "./contract_case.ts";

/** The settings that a connection hears of, until it is stopped. */
function heard(harness: QueueHarness, queue: QueueDriver) {
  const stop = new AbortController();
  const orders = queue.commands(stop.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<Settings | undefined> => {
    for (;;) {
      const { value, done } = await harness.wait(orders.next()) as IteratorResult<Order>;
      if (done) return undefined;
      if (value.kind === "settings") return value.settings; // orders about its share are no settings
    }
  };
  return {
    /** The next that satisfy a condition: of those that change quickly, not all are told. */
    async until(isMeant: (settings: Settings) => boolean): Promise<Settings> {
      for (;;) {
        const settings = await next();
        assert(settings !== undefined);
        if (isMeant(settings)) return settings;
      }
    },
    /** @returns whether there was nothing more to be heard within a second */
    async stop(): Promise<boolean> {
      const rest = next();
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 1000));
      stop.abort();
      return await harness.wait(rest) === undefined;
    },
  };
}

const policy = (id: string, name: string): PolicySetting => ({ id, name });
const FAIR = policy("1", "fair-share"), DEADLINE = policy("2", "deadline");
const MINE: PolicySetting = {
  id: "3",
  name: "fcfs+./mine.ts",
  files: { "./mine.ts": 'export default { rank: () => "ü 🌲" };\n' },
};

/** Settings without their revision. */
async function settingsOf(harness: QueueHarness, queue: QueueDriver): Promise<Omit<Settings, "revision">> {
  const { revision: _, ...settings } = await harness.wait(queue.settings());
  return settings;
}

/** The settings that all consumers of a queue follow. */
export const settingsCases: readonly ContractCase[] = [
  {
    name: "a queue has an identity, the same for every connection, also once settings are reset",
    async run(harness) {
      const admin = await harness.connect();
      const identity = await harness.wait(admin.identity());
      assert(identity !== undefined && identity.length > 10, identity);
      await harness.wait(admin.request({ kind: "reset" }));
      assertEquals(await harness.wait((await harness.connect()).identity()), identity);
      assertEquals(await settingsOf(harness, admin), { pauses: [] });
    },
  },
  {
    name: "settings are in force for every connection, those too that come later, until they are reset",
    async run(harness) {
      const admin = await harness.connect();
      const ask = (command: Parameters<QueueDriver["request"]>[0]) => harness.wait(admin.request(command));
      assertEquals(await settingsOf(harness, admin), { pauses: [] });
      await ask({ kind: "policy", policy: MINE });
      await ask({ kind: "limit", limit: 7 });
      await ask({ kind: "pause", pause: { chain: "fan" } });
      const { revision } = await harness.wait(admin.settings());
      await ask({ kind: "limit", limit: 9, fixed: true });
      const fixed = { policy: MINE, limit: 9, limitFixed: true, pauses: [{ chain: "fan" }] } as const;
      assertEquals(await settingsOf(harness, await harness.connect()), fixed);
      const bounds = {
        ceilings: { functions: { f: 5 }, chains: {}, labels: { tenant: { acme: 7, "*": 2 } } },
        floors: { labels: { tenant: { acme: 3 } } },
      };
      await ask({ kind: "limit", ...bounds });
      assertEquals(await settingsOf(harness, await harness.connect()), { ...fixed, ...bounds });
      await ask({ kind: "limit", floors: { chains: { fan: 1 } } });
      await ask({ kind: "limit", limit: "auto" });
      const later = await harness.connect();
      const settings = await harness.wait(later.settings());
      assert(settings.revision > revision);
      assertEquals(await settingsOf(harness, later), {
        policy: MINE,
        limit: "auto",
        ...{ ...bounds, floors: { chains: { fan: 1 } } },
        pauses: [{ chain: "fan" }],
      });
      await ask({ kind: "reset" });
      for (const queue of [admin, later, await harness.connect()]) {
        assertEquals(await settingsOf(harness, queue), { pauses: [] });
      }
    },
  },
  {
    name: "whoever listens hears of the settings in force first, and of each change within a second",
    async run(harness) {
      const [admin, early] = [await harness.connect(), await harness.connect()];
      const first = heard(harness, early);
      await harness.wait(admin.request({ kind: "limit", limit: 1 }));
      const listeners = [first, heard(harness, await harness.connect()), heard(harness, admin)];
      for (const listener of listeners) {
        assertEquals((await listener.until(({ limit }) => limit !== undefined)).limit, 1);
      }
      await harness.wait(admin.request({ kind: "policy", policy: DEADLINE }));
      await harness.wait(admin.request({ kind: "limit", limit: 7 }));
      const settings = await harness.wait(admin.settings());
      for (const listener of listeners) {
        const sentAtMs = harness.clock.nowMs();
        assertEquals(await listener.until(({ revision }) => revision >= settings.revision), settings);
        assert(harness.clock.nowMs() - sentAtMs <= 1000);
        assert(await listener.stop(), "nothing is told twice");
      }
    },
  },
  {
    name:
      "a policy that has failed gives way to the one before it; one that is not in force any more changes nothing",
    async run(harness) {
      const [admin, consumer] = [await harness.connect(), await harness.connect()];
      const set = (policy: PolicySetting) => harness.wait(admin.request({ kind: "policy", policy }));
      const fail = ({ id }: PolicySetting, by = "a 1") =>
        harness.wait(consumer.request({ kind: "policy-failed", id, reason: "rank threw", by }));
      const failed = ({ id, name }: PolicySetting, by = "a 1") => ({
        failedPolicy: { id, name, reason: "rank threw", by },
        pauses: [],
      });
      await set(MINE);
      await fail(MINE);
      assertEquals(await settingsOf(harness, admin), failed(MINE), "there was none: each goes by its own");
      await set(FAIR);
      assertEquals(await settingsOf(harness, admin), { policy: FAIR, pauses: [] });
      await set(MINE);
      await fail(MINE);
      await fail(MINE, "b 2");
      assertEquals(
        await settingsOf(harness, admin),
        { policy: FAIR, ...failed(MINE) },
        "the first one is told",
      );
      await set(DEADLINE);
      await fail(MINE);
      assertEquals(await settingsOf(harness, admin), { policy: DEADLINE, pauses: [] });
      await fail(DEADLINE);
      assertEquals(await settingsOf(harness, consumer), { policy: FAIR, ...failed(DEADLINE) });
      await harness.wait(admin.request({ kind: "reset" }));
      assertEquals(await settingsOf(harness, admin), { pauses: [] });
    },
  },
  {
    name: "pauses are in force in the order in which they were asked for, each once, and are taken back",
    async run(harness) {
      const admin = await harness.connect();
      const fan: Pause = { chain: "fan" }, tenant: Pause = { label: { name: "tenant", value: "a" } };
      for (const pause of [fan, fan, tenant]) await harness.wait(admin.request({ kind: "pause", pause }));
      const listener = heard(harness, await harness.connect());
      const are = async (...expected: readonly Pause[]) => {
        const { revision, pauses } = await harness.wait(admin.settings());
        assertEquals(pauses, expected);
        assertEquals((await listener.until((settings) => settings.revision >= revision)).pauses, expected);
      };
      await are(fan, tenant);
      await harness.wait(admin.request({ kind: "resume", pause: fan }));
      await are(tenant);
      await harness.wait(admin.request({ kind: "pause", pause: {} }));
      await are(tenant, {});
      await harness.wait(admin.request({ kind: "resume" }));
      await are();
      assert(await listener.stop());
    },
  },
];
