import { chain, fn, WorkloadError } from "../../lib/model/mod.ts";
import { deployable, type DeployedChain, entryOfDeployed, type QueueDriver } from "../../lib/queue/mod.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { ContractCase, QueueHarness } from "./contract_case.ts";
import { decided, ids, instances, line, single } from "./samples.ts";

const DEFAULTS = { labels: { tenant: "acme ü 🌲" }, priority: -3, weight: 2.5, deadlineMs: 1500 };
const FIRST = deployable({ chain: single, ...DEFAULTS }, 1000);
const SECOND = deployable({ chain: single, ...DEFAULTS, weight: 3 }, 2000);
const OTHER = chain("single", ({ call }) => void call(fn("other")));

async function all(harness: QueueHarness, queue: QueueDriver): Promise<DeployedChain[]> {
  return await harness.wait(Array.fromAsync(queue.deployments()));
}

/** The chains that a queue knows by name. */
export const deployedCases: readonly ContractCase[] = [
  {
    name: "a deployed chain is found by its name with all of it, by every connection, and listed by name",
    async run(harness) {
      const queue = await harness.connect();
      assertEquals(await harness.wait(queue.deployed("single")), undefined);
      assertEquals(await all(harness, queue), []);
      const chains = [FIRST, deployable({ chain: line }, 1001), deployable({ chain: decided }, 1002)];
      const deployments = await harness.wait(queue.deploy(chains));
      assertEquals(
        deployments,
        chains.map(({ name, version }) => ({ name, version, outcome: "new" as const })),
      );
      for (const each of [queue, await harness.connect()]) {
        assertEquals(await harness.wait(each.deployed("single")), FIRST);
        assertEquals(await harness.wait(each.deployed("none")), undefined);
        assertEquals((await all(harness, each)).map(({ name }) => name), ["decided", "line", "single"]);
        assertEquals((await all(harness, each))[0], chains[2]);
      }
    },
  },
  {
    name: "a chain is deployed in the place of its former version; the same one changes nothing",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      await harness.wait(queue.deploy([FIRST]));
      const known = await harness.wait(other.deployed("single"));
      assertStrictEquals(await harness.wait(other.deployed("single")), known);
      const again = { ...FIRST, deployedAtMs: 1500 };
      const { name, version } = FIRST;
      assertEquals(await harness.wait(other.deploy([again])), [{ name, version, outcome: "unchanged" }]);
      assertEquals(await harness.wait(queue.deployed("single")), FIRST);
      assertEquals(await harness.wait(queue.deploy([SECOND])), [
        { name, version: SECOND.version, outcome: "changed", formerVersion: version },
      ]);
      assertEquals(await harness.wait(other.deployed("single")), SECOND);
      assertEquals(await all(harness, other), [SECOND]);
    },
  },
  {
    name: "a removed chain is known no more, and can be deployed again",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      assertEquals(await harness.wait(queue.undeploy("single")), false);
      await harness.wait(queue.deploy([FIRST, deployable({ chain: line }, 1)]));
      await harness.wait(other.deployed("single"));
      assertEquals(await harness.wait(queue.undeploy("single")), true);
      assertEquals(await harness.wait(other.deployed("single")), undefined);
      assertEquals(await harness.wait(other.undeploy("single")), false);
      assertEquals((await all(harness, other)).map(({ name }) => name), ["line"]);
      const [deployment] = await harness.wait(other.deploy([SECOND]));
      assertEquals(deployment?.outcome, "new");
    },
  },
  {
    name: "of several chains none is deployed if one of them cannot be",
    async run(harness) {
      const queue = await harness.connect();
      const bad: DeployedChain = { ...deployable({ chain: line }, 1), defaults: { weight: -1 } };
      for (const chains of [[FIRST, bad], [FIRST, SECOND]]) {
        await assertRejects(() => harness.wait(queue.deploy(chains)), WorkloadError);
      }
      assertEquals(await all(harness, queue), []);
    },
  },
  {
    name: "an instance keeps the version that it was submitted with",
    async run(harness) {
      const queue = await harness.connect();
      await harness.wait(queue.deploy([FIRST]));
      const [one] = instances(1, entryOfDeployed((await harness.wait(queue.deployed("single")))!), "one");
      await harness.wait(queue.push([one!]));
      await harness.wait(queue.deploy([deployable({ chain: OTHER }, 2)]));
      const [two] = instances(1, entryOfDeployed((await harness.wait(queue.deployed("single")))!), "two");
      await harness.wait(queue.push([two!]));
      await harness.wait(queue.undeploy("single"));
      const views = await harness.wait(Array.fromAsync(queue.list({ chain: "single" })));
      assertEquals(
        new Map(views.map(({ instance }) => [instance.id, instance.chain.nodes[0]!.fn.name])),
        new Map([[one!.id, "only"], [two!.id, "other"]]),
      );
      assertEquals(ids(views).length, 2);
      const { labels, priority, weight, submittedAtMs, deadlineMs } =
        views.find(({ instance }) => instance.id === one!.id)!.instance;
      assertEquals({ labels, priority, weight, deadlineMs: deadlineMs - submittedAtMs }, DEFAULTS);
    },
  },
];
