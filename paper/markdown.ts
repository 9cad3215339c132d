/** Writes `docs/paper.md`. */
import { type Claim, PARTS } from "./claim.ts";
import { headlineRows } from "./headlines.ts";
import { foundIn, isMet, type Result, type Results, SEEDS, type State, stateOf } from "./results.ts";
import { figureRow, markOf } from "./words.ts";

const MARKS: Readonly<Record<State, string>> = {
  "holds": "✔",
  "holds in part": "◐",
  "does not hold": "✘",
  "measured": "",
};

/** The name of a picture in `docs/images/`, without its theme. */
export function pictureName({ id }: Claim, index: number): string {
  return index === 0 ? `paper-${id}` : `paper-${id}-${index + 1}`;
}

/** The page, before it is formatted. */
export function markdownPage(claims: readonly Claim[], results: Results): string {
  return [
    "<!-- Written by `deno task paper`; not to be changed by hand. -->",
    "# The paper's results",
    opening(),
    "## The abstract's claims",
    table(
      ["claim", "paper", "here", "", "from"],
      headlineRows(results).map(({ says, paper, ours, holds, from }) => [
        says,
        paper,
        ours,
        markOf(holds),
        from.map(({ id, figures }) => `[${id}](#${id}) ${figures.join(", ")}`).join("; "),
      ]),
    ),
    "## All claims",
    table(
      ["", "claim", "paper", "here, virtual", "here, real"],
      claims.map((claim) => summary(claim, results[claim.id]!)),
    ),
    ...Object.entries(PARTS).flatMap(([part, title]) => [
      `## ${title}`,
      ...claims.filter((claim) => claim.part === part).flatMap((claim) => section(claim, results[claim.id]!)),
    ]),
  ].join("\n\n") + "\n";
}

function opening(): string {
  return `Sequoia began with a paper: “Sequoia: Enabling Quality-of-Service in Serverless Computing” (SoCC 2020, doi ` +
    `10.1145/3419111.3421306). This page runs its evaluation again, and what came after it. All numbers are written by ` +
    `\`deno task paper\`, in virtual time, with ${SEEDS.length} seeds: a mean and its 95 % confidence interval over them. ` +
    `\`deno task paper --real\` measures some of them again over real HTTP, one run each, at a local platform that is ` +
    `ten times as fast, and most of them smaller: those figures have no interval and depend on the machine. Their times are ` +
    `made ten times as long again, and with them what a consumer takes beside each call. Functions declare what they would ` +
    `take without that speed, so consumers have to find out that all declared times are ten times too long. “Real ` +
    `load, virtual” is that same load, with that speed, in virtual time, one run: where it differs from “here, virtual”, ` +
    `the load and its one seed are the reason; where “here, real” differs from it, processes, disk and network are. ` +
    `A test repeats the ` +
    `virtual part and fails if a figure leaves its interval.

✔: the virtual figure reaches what the claim says, with its whole interval; ✘: it does not; ◐: some do. Figures ` +
    `without a mark are only shown. A ✘ behind a real figure says that this one run did not reach it; no verdict goes by ` +
    `that. We had the paper's abstract, its observations of providers and its design, not its plots: where a ` +
    `figure of the paper is missing, its text that we have has none.`;
}

/** The first figure that must reach something stands for the claim. */
function summary(claim: Claim, result: Result): string[] {
  const { id, title, measures } = claim;
  const measure =
    measures.find((of) => of.paper !== undefined && isMet(of, result.figures[of.key]!) !== undefined) ??
      measures.find((of) => isMet(of, result.figures[of.key]!) !== undefined) ?? measures[0]!;
  const { name, paper, virtual, real } = figureRow(measure, result);
  return [
    MARKS[stateOf(claim, result)],
    `[${title}](#${id}): ${name.replace(/^… /, "")}`,
    paper,
    virtual,
    real,
  ];
}

function section(claim: Claim, result: Result): string[] {
  const { id, title, says, differs, measures, plots = [] } = claim;
  const hasReal = result.real !== undefined;
  const rows = measures.map((measure) => {
    const { name, paper, virtual, sameLoad, real, mark } = figureRow(measure, result);
    return [name, paper, virtual, ...hasReal ? [sameLoad, real] : [], mark];
  });
  return [
    `### ${id}`,
    `**${title}** (${stateOf(claim, result)}). ${says}`,
    table(
      ["figure", "paper", "here, virtual", ...hasReal ? ["real load, virtual", "here, real"] : [], ""],
      rows,
    ),
    `_How, and what differs:_ ${differs}`,
    ...plots.map((plot, i) => {
      const name = pictureName(claim, i);
      return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="images/${name}-dark.svg">
  <img alt="${plot(foundIn(result)).title}" src="images/${name}-light.svg" width="640">
</picture>`;
    }),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
