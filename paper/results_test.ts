/** The figures that are written, and the claims that they belong to. */
import { assertEquals } from "@std/assert";
import { CLAIMS } from "./claims/mod.ts";
import { readResults } from "./files.ts";
import { headlineRows } from "./headlines.ts";
import { isMet, moved, type Result, resultOf, SEEDS, stateOf } from "./results.ts";
import { REAL } from "./real/experiments.ts";
import { figureRow } from "./words.ts";
import { terminalTable } from "./terminal.ts";
import type { Claim } from "./claim.ts";

const claim: Claim = {
  id: "one",
  part: "policies",
  title: "One",
  says: "",
  differs: "",
  measures: [
    { key: "a", name: "a", unit: "1", atLeast: 1 },
    { key: "b", name: "b", unit: "%", atMost: 5 },
    { key: "c", name: "c", unit: "ms" },
  ],
  run: () => Promise.reject(new Error("is not run")),
};

function result(a: number, b: number, c: number): Result {
  return resultOf([{ figures: { a: a - 1, b, c } }, { figures: { a: a + 1, b, c } }]);
}

Deno.test("a figure must reach its bound with its whole interval", () => {
  const wide = result(2, 5, 0).figures.a!;
  assertEquals([wide.mean, wide.halfWidth > 1], [2, true]);
  assertEquals(claim.measures.map((of) => isMet(of, wide)), [false, false, undefined]);
  assertEquals(stateOf(claim, result(2, 5, 0)), "holds in part");
  assertEquals(stateOf(claim, result(100, 5, 0)), "holds");
  assertEquals(stateOf(claim, result(2, 6, 0)), "does not hold");
});

Deno.test("moved() names figures with bounds that have left their intervals", () => {
  const written = result(100, 5, 1);
  assertEquals(moved(claim, written, result(101, 5, 9)), []);
  assertEquals(moved(claim, written, result(200, 5, 1)).length, 1);
  assertEquals(moved(claim, written, result(100, 6, 1)), ['one: "b" was 5 ± 0, and is 6']);
});

Deno.test("every claim is written, with figures of every seed, and every headline has its figures", async () => {
  const results = await readResults();
  assertEquals(SEEDS.length >= 5, true);
  assertEquals(Object.keys(results), CLAIMS.map(({ id }) => id));
  for (const { id, measures } of CLAIMS) {
    assertEquals(measures.filter(({ key }) => results[id]!.figures[key] === undefined), [], id);
  }
  assertEquals(headlineRows(results).length, 4);
});

Deno.test("the table fits a terminal of 80 columns", async () => {
  const lines = terminalTable(CLAIMS, await readResults()).split("\n");
  assertEquals(lines.filter((line) => line.length > 80), []);
});

Deno.test("a headline holds only with the whole interval of the figure that counts", async () => {
  const results = await readResults(), { mix } = results;
  const key = "queueing/aws/110", mean = 134;
  const rowWith = (halfWidth: number) => {
    const figures = { ...mix!.figures, [key]: { mean, halfWidth } };
    return headlineRows({ ...results, mix: { ...mix!, figures } })[1]!;
  };
  assertEquals([rowWith(124).ours, rowWith(124).holds, rowWith(130).holds], ["134× ± 124", true, false]);
});

Deno.test("figureRow() marks a real figure that misses what the claim says, and lets the virtual one judge", () => {
  const [measure] = claim.measures, { figures } = result(100, 5, 0);
  const rowOf = (a: number) => figureRow(measure!, { figures, curves: {}, real: { a } });
  assertEquals([rowOf(0.5).real, rowOf(2).real], ["0.5 ✘", "2"]);
  assertEquals(rowOf(0.5).mark, rowOf(2).mark);
  assertEquals(figureRow(measure!, { figures, curves: {}, sameLoad: { a: 0.5 } }).sameLoad, "0.5 ✘");
});

Deno.test("the load of what was tried over real HTTP has its figures in virtual time, unless it has several platforms", async () => {
  const results = await readResults();
  for (const { id, runs } of REAL) {
    const { real, sameLoad } = results[id]!;
    const isSimulated = Object.values(runs).every(([{ profile }]) => typeof profile === "string");
    assertEquals(Object.keys(sameLoad ?? {}), isSimulated ? Object.keys(real!) : [], id);
  }
});
