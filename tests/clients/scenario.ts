/** Everything that the TypeScript client does, once; the same as scenario.py. Runtimes run it by a file of their own. */
import { Sequoia, SequoiaError } from "../../clients/typescript/mod.ts";

interface OwnChains extends Record<string, { args?: object; output?: unknown }> {
  hello: { args: { name?: string; n?: number }; output: { greet: unknown } };
  pair: { output: unknown };
}

/** Plays it on a real server. @returns what came of each step */
export async function scenario(url: string): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  const sequoia = new Sequoia<OwnChains>({ url, timeoutMs: 60_000 });
  const failure = (work: Promise<unknown>) =>
    work.then(() => ["no error"], (error: unknown) => {
      if (!(error instanceof SequoiaError)) throw error;
      return [error.code, error.status, error.errors.map(({ at }) => at)];
    });

  const full = {
    args: { name: "Ada" },
    id: "a",
    labels: { tenant: "acme" },
    priority: -1,
    weight: 2,
    deadline: "5m",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };
  results.push(await sequoia.submit("hello", full), await sequoia.submit("hello", full));
  results.push(await failure(sequoia.submit("hello", { ...full, args: { name: "Bob" } })));
  results.push(await failure(sequoia.submit("hello", { priority: 1.5, weight: 0 })));
  results.push(await failure(new Sequoia(url).submit("helo")), await failure(sequoia.get("nobody")));
  results.push((await sequoia.wait<"hello">("a")).state);
  const detail = await sequoia.get("a", { nodes: true });
  results.push(detail.args, detail.labels, detail.nodes.map(({ node, state }) => [node, state]));

  const { id, existing } = await sequoia.submit("pair"); // its first answer is lost, and that of the wait
  results.push(existing, (await sequoia.wait(id)).state);

  await sequoia.submit("hello", {
    id: "late",
    delay: "1h",
    callback: { url: "https://example.com/ends", on: ["failed"] },
  });
  await sequoia.submit("hello", { id: "later", at: "2990-01-01T00:00:00Z" });
  results.push((await sequoia.get("late")).state, (await sequoia.get("later")).dueAtMs);
  results.push(await failure(sequoia.wait("late", { timeoutMs: 50 })));
  results.push(await sequoia.cancel("late", { dryRun: true }), await sequoia.cancel("late", { abort: true }));
  results.push((await sequoia.wait("late")).state, (await sequoia.retry("late", { dryRun: true })).reached);
  results.push((await sequoia.retry("late", { from: "greet" })).reached);

  const many = Array.from(
    { length: 2500 },
    (_, i) => ({ id: `m${i}`, delay: 3_600_000, labels: { of: "many" } }),
  );
  const batch = await sequoia.submitMany("hello", [...many, { id: "a", args: { name: "Eve" } }]);
  results.push(batch.created, batch.existing, batch.refused, batch.results.length, batch.results.at(-1));

  let listed = 0;
  const filter = {
    state: ["delayed", "queued"],
    chain: "hello",
    labels: { of: "many" },
    limit: 400,
  } as const;
  for await (const { labels } of sequoia.list({ ...filter, order: "oldest" })) {
    if (labels.of === "many") listed++;
  }
  results.push(listed, (await sequoia.list({ parent: "a" }).next()).done);
  results.push(await failure(new Sequoia({ url: "http://127.0.0.1:1", attempts: 2 }).get("a")));
  return results;
}
