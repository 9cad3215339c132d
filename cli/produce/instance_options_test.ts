import { assertEquals, assertRejects } from "@std/assert";
import { burst, chain, fn, type JsonText, readJson, writeJson } from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { INSTANCE_OPTIONS, withInstances } from "./instance_options.ts";
import { LOAD_OPTIONS } from "../options/load_options.ts";
import { readOptions } from "../shell/options.ts";

const ok = chain("ok", ({ call }) => void call(fn("f")));
const load: Load = {
  workload: { chains: [{ chain: ok }] },
  arrivals: burst(5),
  bounds: {},
  seed: "s",
  labels: { tenant: "acme" },
};

async function given(...args: string[]): Promise<Load> {
  const { values } = readOptions({ ...LOAD_OPTIONS, ...INSTANCE_OPTIONS }, args);
  return await withInstances(load, values);
}

Deno.test("withInstances() leaves a load alone of which nothing is said", async () => {
  assertEquals(await given(), load);
});

Deno.test("withInstances() takes values that are JSON for that, others for texts", async () => {
  const values = ["n=3", 'o={"a":[1]}', "t=three", "z=00123", "e=", "s=a=b", 'q="3"', "b=true", "i=1e999"];
  const { args } = await given(...values.flatMap((value) => ["--arg", value]));
  assertEquals(readJson(args!), {
    n: 3,
    o: { a: [1] },
    t: "three",
    z: "00123",
    e: "",
    s: "a=b",
    q: "3",
    b: true,
    i: Infinity,
  });
});

Deno.test("withInstances() reads a file of arguments, over which --arg wins", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, '{"a": 1, "b": {"c": null}}');
    assertEquals((await given("--arg", "a=2", "--args", path)).args, '{"a":2,"b":{"c": null}}');
    await Deno.writeTextFile(path, "null");
    await assertRejects(() => given("--args", path), UsageError, "holds no JSON object");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("withInstances() names one instance only where nothing says when and how many arrive", async () => {
  for (
    const [option, value] of [["--trace", "t.csv"], ["--arrivals", "ramp:1..5,over=1s"], [
      "--poisson",
      "5",
    ]] as const
  ) {
    await assertRejects(() => given("--id", "a", option, value), UsageError, "--id names one instance");
  }
});

Deno.test("withInstances() names one instance, or each by an expression", async () => {
  const one = await given("--id", "order-17");
  assertEquals([one.arrivals, one.bounds, await one.idOf!(unnamed(0))], [burst(1), { count: 1 }, "order-17"]);
  const many = await given("--id-from", "{% chain & ':' & args.order & ':' & labels.tenant & index %}");
  assertEquals(many.arrivals, load.arrivals);
  assertEquals([await many.idOf!(unnamed(0)), await many.idOf!(unnamed(7))], ["ok:9:acme0", "ok:9:acme7"]);
});

Deno.test("withInstances() names one instance of the only chain that arrives by itself", async () => {
  const other = chain("other", ({ call }) => void call(fn("g")));
  const { values } = readOptions({ ...LOAD_OPTIONS, ...INSTANCE_OPTIONS }, ["--id", "a"]);
  const of = (share: number) => {
    const workload = { chains: [{ chain: ok }, { chain: other, share }] };
    return withInstances({ ...load, workload }, values);
  };
  assertEquals((await of(0)).bounds, { count: 1 });
  await assertRejects(() => of(1), UsageError, "Choose its chain with --chain: ok, other");
});

function unnamed(index: number) {
  return { chain: "ok", args: writeJson({ order: 9 }), labels: load.labels, index };
}

Deno.test("withInstances() refuses ids that are none, naming the instance", async () => {
  const spaced = await given("--id-from", "{% 'a b' & index %}");
  await assertRejects(
    async () => await spaced.idOf!(unnamed(3)),
    UsageError,
    'Cannot name instance 3 "a b3"',
  );
});

Deno.test("withInstances() takes numbers as ids, and an argument's as it is written", async () => {
  const order = await given("--id-from", "{% args.order %}");
  const args = writeJson({}).replace("{}", '{"order":12345678901234567890}') as JsonText;
  assertEquals(await order.idOf!({ ...unnamed(0), args }), "12345678901234567890");
  assertEquals(await (await given("--id-from", "{% index + 1 %}")).idOf!(unnamed(3)), "4");
  await assertRejects(
    async () => await order.idOf!({ ...unnamed(2), args: writeJson({}) }),
    UsageError,
    "2 nothing",
  );
});

Deno.test("withInstances() reads args and values that begin with a byte order mark", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, '\ufeff{ "n": 1.0 }');
    const { args } = await given("--args", path, "--arg", 'o=\ufeff{"a":1}', "--arg", "t=\ufeffa");
    assertEquals(args, '{"n":1.0,"o":{"a":1},"t":"\ufeffa"}' as JsonText);
  } finally {
    await Deno.remove(path);
  }
});
