/** Retries of a chain that undoes what it did, through the real command line, judged by a ledger that its functions keep. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** Functions that remember their answers by the idempotency key. The first carrier is down. */
const WORKLOAD = `import { chain, fn } from "sequoia";
const FILE = "ledger.json";
const read = () => { try { return JSON.parse(Deno.readTextFileSync(FILE)); } catch { return { answers: {}, standing: {}, keys: [] }; } };
const once = (work) => (event) => {
  const ledger = read();
  ledger.keys.push(event.id);
  const answer = ledger.answers[event.id] ??= work(ledger, event) ?? null;
  Deno.writeTextFileSync(FILE, JSON.stringify(ledger));
  if (answer?.error) throw new Error(answer.error);
  return answer;
};
const step = (name) => fn(name, { run: once((ledger) => { ledger.standing[name] = (ledger.standing[name] ?? 0) + 1; }) });
const ship = fn("ship", { attempts: 1, run: once((ledger, event) => {
  if (event.id === "o1/ship") return { error: "the carrier is down" };
  ledger.standing.ship = (ledger.standing.ship ?? 0) + 1;
}) });
const undo = fn("undo", { run: once((ledger, { inputs }) => { for (const name in inputs) ledger.standing[name]--; }) });
export default chain("order", ({ call, onFailed }) => {
  call(ship, { after: call(step("charge"), { after: call(step("reserve")) }) });
  onFailed(undo);
});`;

interface Ledger {
  readonly standing: Record<string, number>;
  readonly keys: readonly string[];
}

Deno.test("sequoia queue retry runs all of an undone chain again, under keys that its functions do not know", async () => {
  await using at = await folder({ "order.ts": WORKLOAD });
  const address = freeAddress();
  await using functions = new Running(["functions", "order.ts", "--listen", address], at);
  await functions.says(/listen|http/i);
  const consume = () => run(["consume", "--until-empty", "--local", address, "--out", "run.json"], at);
  const ledger = async () => JSON.parse(await Deno.readTextFile(`${at.cwd}/ledger.json`)) as Ledger;
  await run(["produce", "order.ts", "--id", "o1"], at);
  await consume();
  assertEquals((await ledger()).standing, { reserve: 0, charge: 0 });

  const { stdout } = await run(["queue", "retry", "o1"], at);
  assertStringIncludes(
    stdout,
    "o1 had been undone: all of its nodes run again, under new idempotency keys\n",
  );
  await consume();
  const { standing, keys } = await ledger();
  assertEquals(standing, { reserve: 1, charge: 1, ship: 1 });
  assertEquals(keys, [
    ...["o1/reserve", "o1/charge", "o1/ship", "o1/undo"],
    ...["o1/reserve~1", "o1/charge~1", "o1/ship~1"],
  ]);
  const shown = await run(["queue", "show", "o1"], at);
  assertStringIncludes(shown.stdout, "charge  ok, generation 1, 1 attempt");
  assertStringIncludes(await Deno.readTextFile(`${at.cwd}/run.json`), `"node":"charge","generation":1,`);

  assertEquals(await runJson(["queue", "retry", "o1", "--from", "ship"], at), { reached: 1 });
  await consume();
  assertEquals((await ledger()).keys.slice(keys.length), ["o1/ship~2"]);
});
