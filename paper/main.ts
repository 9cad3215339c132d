// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * Runs the paper's evaluation again, and what came after it: `deno task paper [--real] [CLAIM…]`. Prints a table, and writes
 * `paper/figures.json`, `docs/paper.md` with its pictures, and a page with charts. In virtual time; with `--real` over real HTTP,
 * one experiment after the other. With names of claims only these run, and the figures of the others stay.
 */
import { nearest } from "../lib/model/mod.ts";
import type { Claim } from "./claim.ts";
import { CLAIMS } from "./claims/mod.ts";
import { experiment } from "./experiments.ts";
import { readResults, writePages } from "./files.ts";
import { REAL, type RealExperiment, realFigures, sameLoadFigures } from "./real/experiments.ts";
import { type Result, type Results, SEEDS } from "./results.ts";
import { terminalTable } from "./terminal.ts";

const PAGE = ".sequoia/paper/paper.html";

const isReal = Deno.args.includes("--real"), names = Deno.args.filter((name) => name !== "--real");
const known = isReal ? REAL.map(({ id }) => id) : CLAIMS.map(({ id }) => id);
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
  const hint = nearest(unknown, known);
  console.error(
    `Cannot find the claim "${unknown}"${hint ? `; did you mean ${hint}?` : ""}. There are ${
      known.join(", ")
    }`,
  );
  Deno.exit(2);
}
const chosen = CLAIMS.filter(({ id }) => known.includes(id) && (names.length === 0 || names.includes(id)));
const before = await readResults();
const results = isReal ? await really(before) : await virtually(before);
const written = await writePages(results, PAGE);
console.log(terminalTable(chosen.filter(({ id }) => results[id] !== undefined), results));
console.log(`\nWritten: ${written.join(", ")}`);

/** The results with new figures in virtual time. */
async function virtually(before: Results): Promise<Results> {
  let done = 0;
  const found = await experiment(
    chosen,
    ({ id }) => say(`${++done} of ${chosen.length * SEEDS.length}: ${id}`),
  );
  const ofLoads: Record<string, Pick<Result, "sameLoad">> = {};
  for (const one of REAL.filter(({ id }) => isChosen(id))) {
    say(`the load of the real part: ${one.id}`);
    ofLoads[one.id] = await ofSameLoad(one);
  }
  say("");
  return inOrder(({ id }) => {
    const was = before[id], now = found[id] ?? was;
    return now &&
      {
        ...now,
        ...was?.real && { real: was.real },
        ...was?.sameLoad && { sameLoad: was.sameLoad },
        ...ofLoads[id],
      };
  });
}

/** The results with new figures over real HTTP. */
async function really(before: Results): Promise<Results> {
  const found: Record<string, Pick<Result, "real" | "sameLoad">> = {};
  for (const [i, one] of REAL.entries()) {
    if (!isChosen(one.id)) continue;
    say(`${i + 1} of ${REAL.length}: ${one.id}`);
    found[one.id] = { real: await realFigures(one), ...await ofSameLoad(one) };
  }
  say("");
  return inOrder(({ id }) => before[id] && { ...before[id], ...found[id] });
}

async function ofSameLoad(one: RealExperiment): Promise<Pick<Result, "sameLoad">> {
  const sameLoad = await sameLoadFigures(one);
  return sameLoad === undefined ? {} : { sameLoad };
}

function isChosen(claim: string): boolean {
  return chosen.some(({ id }) => id === claim);
}

function inOrder(resultOf: (claim: Claim) => Result | undefined): Results {
  const all: Record<string, Result> = {};
  for (const claim of CLAIMS) {
    const result = resultOf(claim);
    if (result !== undefined) all[claim.id] = result;
  }
  return all;
}

/** Shows how far it is, on a terminal. */
function say(words: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${words}`));
}
