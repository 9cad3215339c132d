import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Json, realClock, writeJson } from "../../model/mod.ts";
import { scopeOf } from "../testing.ts";
import { evaluatorCommand } from "./child.ts";
import { EvaluationStopped, Lane } from "./lane.ts";

const lane = () =>
  new Lane({
    budget: { steps: 500_000, cpuMs: 10_000 },
    ahead: 8,
    after: realClock.after.bind(realClock),
  });
const asking = (text: string) => ({ text, ask: "value" as const, scope: scopeOf({}) });

const valueOf = (value: Json) => ({ kind: "value" as const, json: writeJson(value) });

/** The processes that this one has started. */
function children(): number[] {
  const found = [...Deno.readDirSync("/proc/self/task")].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/self/task/${name}/children`).trim().split(" ")
  );
  return found.filter((pid) => pid !== "").map(Number);
}

Deno.test({
  name: "Lane.ask() gets its answers, each to its own question, though somebody ends the process",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const before = new Set(children());
    await using one = lane();
    assertEquals(await one.ask(asking("1 + 1")), valueOf(2));
    const all = Array.from({ length: 20 }, (_, i) => one.ask(asking(`$sum([1..1000]) + ${i}`)));
    for (const pid of children()) if (!before.has(pid)) Deno.kill(pid, "SIGKILL");
    const answers = await Promise.all(all);
    assertEquals(answers, Array.from({ length: 20 }, (_, i) => valueOf(500_500 + i)));
  },
});

Deno.test("Lane.ask() is told when the lane is disposed, before and after", async () => {
  const one = lane();
  const pending = assertRejects(
    () => one.ask(asking("($f := function() { $f() }; $f())")),
    EvaluationStopped,
  );
  await one[Symbol.asyncDispose]();
  await pending;
  await assertRejects(() => one.ask(asking("1")), EvaluationStopped);
});

/** More than an evaluator takes to start and to end on a busy machine, in milliseconds. */
const LATE_MS = 60_000;

for (const when of ["before", "after"]) {
  Deno.test(`an evaluator ends by itself when its consumer has been killed ${when} it is ready`, async () => {
    const evaluator = evaluatorCommand().spawn();
    const output = evaluator.stdout.getReader();
    if (when === "after") await output.read();
    await output.cancel();
    await evaluator.stdin.close(); // the system closes the pipes of a process that is killed
    const late = setTimeout(() => evaluator.kill("SIGUSR1"), LATE_MS);
    const { signal } = await evaluator.status;
    clearTimeout(late);
    assertNotEquals(signal, "SIGUSR1");
  });
}
