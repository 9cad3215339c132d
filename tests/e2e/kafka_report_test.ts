/** The original's logging topics through the real command line, from a real broker. */
import { assertEquals, assertMatch } from "@std/assert";
import { kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { assertFails, kafkaFolder, makeTopics, write } from "./kafka.ts";
import { DROPPED, SUBMISSIONS, WHOLE } from "./original_lines.ts";
import { run, runJson } from "./sequoia.ts";

const texts = (lines: readonly string[]) => lines.map((value) => ({ key: "raw", value }));

kafkaTests("sequoia report of a queue on Kafka", () => {
  const shared = sharedBroker();

  Deno.test("sequoia report reads the original's topics, those that there are, from all partitions", async () => {
    await using at = await kafkaFolder(shared.broker);
    const { prefix, address } = at;
    const names = {
      submitted: `${prefix}producer_side_logging_queue`,
      called: `${prefix}consumer_side_logging`,
    };
    await makeTopics(shared.broker, {
      [names.submitted]: { partitions: 1 },
      [names.called]: { partitions: 3 },
    });
    await write(shared.broker, names.submitted, texts(SUBMISSIONS));
    for (const line of [...WHOLE, ...DROPPED]) await write(shared.broker, names.called, [{ value: line }]);
    const report = await runJson(["report", address], at) as {
      run: Record<string, unknown>;
      chains: Record<string, number>;
      functions: Record<string, number>;
    };
    assertEquals(report.run.command, "original");
    const { submitted, completed, dropped, unfinished } = report.chains;
    assertEquals([submitted, completed, dropped, unfinished], [3, 1, 1, 1]);
    assertEquals(report.functions.completed, 4);
    const { stdout, code } = await run(
      ["report", address.replace("//", "//alice:hush@") + "&sasl=plain"],
      at,
    );
    assertEquals([code, stdout], [1, ""], "this broker lets nobody log in");
  });

  Deno.test("sequoia report says which topics it looked for, and that one is empty", async () => {
    await using at = await kafkaFolder(shared.broker);
    const topics = [
      "producer_side_logging_queue",
      "consumer_side_logging_queue",
      "consumer_side_logging",
      "function_side_logging_queue",
    ].map((topic) => `${at.prefix}${topic}`);
    assertFails(
      await run(["report", at.address], at),
      new RegExp(`has none of ${topics.join(", ")}\\. Name their prefix`),
    );
    await makeTopics(shared.broker, { [topics[3]!]: { partitions: 2 } });
    assertFails(await run(["report", at.address], at), /holds no lines\. Run the original first$/);
    await write(shared.broker, topics[3]!, texts(["no such line", "nor this"]));
    assertFails(await run(["report", at.address], at), /no line of it is understood/);
  });

  Deno.test("sequoia report compares what the original did with a file, and shows no password", async () => {
    await using at = await kafkaFolder(shared.broker);
    const topic = `${at.prefix}consumer_side_logging_queue`;
    await makeTopics(shared.broker, { [topic]: { partitions: 1 } });
    await write(shared.broker, topic, texts(WHOLE));
    await Deno.writeTextFile(`${at.cwd}/original.log`, DROPPED.join("\n"));
    const { code, stdout } = await run(["report", at.address, "original.log"], at);
    assertEquals(code, 0);
    assertMatch(stdout, /kafka:\/\/127\.0\.0\.1:\d+\?prefix=/);
    assertMatch(stdout, /original\.log/);
    const refused = await run(["report", at.address.replace("//", "//alice:hush@")], at);
    assertEquals(refused.code, 2);
    assertMatch(refused.stderr, /"kafka:\/\/alice:\*\*\*@/);
  });
});
