/** Chains that are cancelled and whose consumer is killed before it undoes them, judged by the log that their functions keep. */
import { assertEquals } from "@std/assert";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** `wait` never answers: its consumer is killed meanwhile. */
const WORKLOAD = `import { chain, fn } from "sequoia";
const log = ({ id }) => Deno.writeTextFileSync("calls.log", id + "\\n", { append: true });
const step = (name) => fn(name, { run: (event) => (log(event), name) });
const wait = fn("wait", { run: (event) => (log(event), console.log("waiting"), new Promise(() => {})) });
const order = chain("order", ({ call, onFailed }) => {
  call(step("ship"), { after: call(wait, { after: call(step("reserve")) }) });
  onFailed(step("undo"));
});
export default chain("day", ({ call, onFailed }) => {
  call(order, { after: call(step("open")) });
  onFailed(step("close"));
});`;

for (const how of [[], ["--abort"]]) {
  const name = ["sequoia queue cancel", ...how].join(" ");
  Deno.test(`${name} undoes each thing once, though the consumer is killed before it undoes anything`, async () => {
    await using at = await folder({ "day.ts": WORKLOAD });
    const address = freeAddress(), queue = ["--queue", "sqlite:queue.db?lease=500ms"];
    await using functions = new Running(["functions", "day.ts", "--listen", address], at);
    await functions.says(/listen|http/i);
    const consume = ["consume", "--local", address, "--out", "none", ...queue];
    await run(["produce", "day.ts", "--id", "d1", ...queue], at);
    {
      await using consumer = new Running(consume, at);
      await functions.says(/waiting/);
      consumer.signal("SIGSTOP"); // it hears of nothing more
      assertEquals(await runJson(["queue", "cancel", "d1", ...how, ...queue], at), { reached: 2 });
      consumer.signal("SIGKILL");
      await consumer.ended;
    }
    const { code, stderr } = await run([...consume, "--until-empty"], at);
    assertEquals(code, 0, stderr);
    assertEquals((await Deno.readTextFile(`${at.cwd}/calls.log`)).trim().split("\n"), [
      ...["d1/open", "d1/order/reserve", "d1/order/wait", "d1/order/undo", "d1/close"],
    ]);
    const { stdout } = await run(["queue", "list", "--json", ...queue], at);
    const views = stdout.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    assertEquals(views.map(({ id, state }) => [id, state]), [["d1", "cancelled"], ["d1/order", "cancelled"]]);
    assertEquals(views[0]!.reason, "cancelled on request");
  });
}
