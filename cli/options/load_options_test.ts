import { assertEquals } from "@std/assert";
import { type Arrivals, burst, chain, every, fn, poisson, trace, workload } from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { LOAD_OPTIONS, loadOf } from "./load_options.ts";
import { readOptions } from "../shell/options.ts";

const chains = [{ chain: chain("ok", ({ call }) => void call(fn("f"))) }];

async function arrivals(args: readonly string[], own?: Arrivals): Promise<Load["arrivals"]> {
  const { values } = readOptions(LOAD_OPTIONS, args);
  return (await loadOf(workload(own === undefined ? { chains } : { chains, arrivals: own }), values))
    .arrivals;
}

Deno.test("loadOf() submits one, or as many as are counted, if nothing says when they arrive", async () => {
  assertEquals(await arrivals([]), burst(1));
  assertEquals(await arrivals(["--count", "4"]), burst(4));
});

Deno.test("loadOf() takes the arrivals of the command line before those of the workload", async () => {
  assertEquals(await arrivals(["--count", "4"], every("1s")), every("1s"));
  assertEquals(await arrivals(["--poisson", "2", "--count", "4"], every("1s")), poisson(2));
});

Deno.test("loadOf() reads a trace that begins with a byte order mark to its first line", async () => {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(path, "\ufeff100\r\n250\r\n");
    assertEquals(await arrivals(["--trace", path]), trace([0, 150]));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("loadOf() looks for named chains in the workload, not in what is there without one", async () => {
  const { values } = readOptions(LOAD_OPTIONS, ["--chain", "ok"]);
  const otherwise = workload({ chains: [{ chain: chain("hello", ({ call }) => void call(fn("f"))) }] });
  const load = await loadOf(workload({ chains }), values, { otherwise });
  assertEquals(load.workload.chains.map(({ chain: { name } }) => name), ["ok"]);
});
