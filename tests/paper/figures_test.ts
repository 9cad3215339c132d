/** Holds the virtual part of `deno task paper`: no figure that a claim goes by leaves the interval that is written for it. */
import { assertEquals } from "@std/assert";
import { CLAIMS } from "../../paper/claims/mod.ts";
import { experiment } from "../../paper/experiments.ts";
import { readResults } from "../../paper/files.ts";
import { moved } from "../../paper/results.ts";
import { laneOf, LANES } from "../lanes.ts";

/** The claims that take about a second each, which are tried again in every lane. */
const FAST = ["allocation", "fair-chains", "strict-priority"];

const isFull = laneOf(Deno.env.toObject()) === LANES.all || Deno.env.get("LANE") === undefined;

Deno.test("the paper's claims have the figures that are written of them", async () => {
  const claims = CLAIMS.filter(({ id }) => isFull || FAST.includes(id));
  const written = await readResults(), now = await experiment(claims);
  const found = claims.flatMap((claim) => moved(claim, written[claim.id]!, now[claim.id]!));
  assertEquals(
    found,
    [],
    "Figures of docs/paper.md have changed. If that is meant, run `deno task paper` again, and say so in the changelog",
  );
});
