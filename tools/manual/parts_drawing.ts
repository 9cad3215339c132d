import { PARTS } from "../parts.ts";
import { code, plain, table } from "./markdown.ts";

/** Parts that stand for themselves: nothing is to be learnt from their arrows. */
const ALONE: ReadonlySet<string> = new Set(["std", "wrap"]);

/** The parts and what they import, as a Mermaid flowchart: an arrow that follows from two others is left out. */
export function partsDrawing(): string {
  const parts = Object.keys(PARTS).filter((part) => !ALONE.has(part));
  const arrows = parts.flatMap((part) => direct(part).map((target) => `  ${part} --> ${target}`));
  const imported = new Set(parts.flatMap((part) => PARTS[part]!.imports));
  const tops = parts.filter((part) => !imported.has(part)).map((part) => `  cli --> ${part}`);
  return ["```mermaid", "flowchart TD", ...tops, ...arrows, "```"].join("\n");
}

/** The imports of a part that no other of its imports has. */
function direct(part: string): string[] {
  const { imports } = PARTS[part]!;
  return imports.filter((target) => !imports.some((other) => reachable(other).has(target)));
}

/** Everything below a part. */
function reachable(part: string): Set<string> {
  const { imports } = PARTS[part]!;
  return new Set(imports.flatMap((target) => [target, ...reachable(target)]));
}

/** The table of the parts: their purpose, and their imports. */
export function partsTable(): string {
  return table(
    ["folder", "what it is for", "imports"],
    Object.entries(PARTS).map(([part, { what, imports }]) => [
      code(`lib/${part}`),
      plain(what),
      imports.map(code).join(", "),
    ]),
  );
}
