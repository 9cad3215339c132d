/** The table of claims in a terminal of 80 columns. */
import type { Claim } from "./claim.ts";
import { PARTS } from "./claim.ts";
import { CLAIMS } from "./claims/mod.ts";
import { headlineRows } from "./headlines.ts";
import { type Results, stateOf } from "./results.ts";
import { figureRow, markOf } from "./words.ts";

const WIDTH = 80;
/** The widths of the columns after the first, with the spaces before them. */
const PAPER = 9, OURS = 19, REAL = 9, MARK = 2;

/** Writes claims and what came of them; of all claims, also those of the paper's abstract. */
export function terminalTable(claims: readonly Claim[], results: Results): string {
  const lines = [row("", "paper", "here, virtual", "real", "")];
  for (const [part, title] of Object.entries(PARTS)) {
    const of = claims.filter((claim) => claim.part === part);
    if (of.length > 0) lines.push("", title.toUpperCase(), ...of.flatMap((claim) => linesOf(claim, results)));
  }
  if (claims.length === CLAIMS.length) {
    lines.push("", "THE ABSTRACT'S CLAIMS");
    for (const { says, paper, ours, holds } of headlineRows(results)) {
      lines.push(row(says, paper, ours, "", markOf(holds)));
    }
  }
  return lines.join("\n");
}

function linesOf(claim: Claim, results: Results): string[] {
  const { id, title, says, differs, measures } = claim, result = results[id]!;
  const known = measures.map((measure) => {
    const { name, paper, virtual, real, mark } = figureRow(measure, result);
    return row(`  ${name}`, paper, virtual, real, mark);
  });
  return ["", `${id}: ${title} (${stateOf(claim, result)})`, ...wrapped(says), ...known, ...wrapped(differs)];
}

function row(name: string, paper: string, ours: string, real: string, mark: string): string {
  const first = WIDTH - PAPER - OURS - REAL - MARK;
  const cells = paper.padStart(PAPER) + ours.padStart(OURS) + real.padStart(REAL) + mark.padStart(MARK);
  const parts = wrapped(name.trimStart(), first - 2).map((line) => line.trimStart());
  const indent = name.startsWith(" ") ? "  " : "";
  const last = parts.pop() ?? "";
  return [...parts.map((part) => indent + part), (indent + last).padEnd(first) + cells].join("\n").trimEnd();
}

/** A text in lines that fit, indented. */
function wrapped(text: string, width = WIDTH - 2): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((line) => line !== "").map((line) => `  ${line}`);
}
