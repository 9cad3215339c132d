/** The claims of the paper's abstract, each from the figures of several experiments. */
import type { Estimated, Measure, Unit } from "./claim.ts";
import { CLAIMS } from "./claims/mod.ts";
import { isMet, type Results } from "./results.ts";
import { estimateWords, valueWords } from "./words.ts";

/** One sentence of the abstract. */
interface Headline extends Pick<Measure, "atLeast" | "atMost"> {
  readonly says: string;
  readonly paper: string;
  readonly unit: Unit;
  /** The figures that it is judged by: claim and key. */
  readonly of: readonly (readonly [claim: string, key: string])[];
  /** Makes the value that is judged of a figure. (Default: the figure itself) */
  readonly read?: (figure: Estimated) => Estimated;
}

const HEADLINES: readonly Headline[] = [
  {
    says: "no mid-chain drops",
    paper: "0",
    unit: "%",
    of: [["drops", "with"], ["mix", "lostWith"]],
    atMost: 0,
  },
  {
    says: "queueing time lower by up to",
    paper: "6.4×",
    unit: "×",
    of: [
      ["running-first", "queueing"],
      ["shortest-job-first", "queueing"],
      ["mix", "queueing/first/110"],
      ["mix", "queueing/queues/110"],
      ["mix", "queueing/aws/110"],
    ],
    atLeast: 6.4,
  },
  {
    says: "shares of what is fair, off by at most",
    paper: "tight",
    unit: "%",
    of: [
      ["fair-chains", "leastWith"],
      ["fair-chains", "mostWith"],
      ["fair-functions", "with"],
      ["fair-functions", "withMost"],
    ],
    read: ({ mean, halfWidth }) => ({ mean: 100 * Math.abs(1 - mean), halfWidth: 100 * halfWidth }),
    atMost: 5,
  },
  {
    says: "run time of applications better by up to",
    paper: "25×",
    unit: "×",
    of: [
      ["running-first", "application"],
      ["http", "ratio"],
      ["mix", "application/first/110"],
      ["mix", "application/queues/110"],
      ["mix", "application/aws/110"],
    ],
    atLeast: 25,
  },
];

/** A row of the table of headlines. */
export interface HeadlineRow {
  readonly says: string;
  readonly paper: string;
  readonly ours: string;
  readonly holds: boolean;
  /** The claims and their figures that it is judged by. */
  readonly from: readonly { readonly id: string; readonly figures: readonly string[] }[];
}

/** The headlines by what was found: of each, the greatest of its figures counts, with its whole interval. */
export function headlineRows(results: Results): HeadlineRow[] {
  return HEADLINES.map(({ says, paper, unit, of, read = (figure) => figure, ...bounds }) => {
    const found = of.map(([claim, key]) => results[claim]!.figures[key]!);
    const counts = found.map(read).reduce((a, b) => b.mean > a.mean ? b : a);
    const words = of.map(([id, key], i) => {
      const { measures } = CLAIMS.find((claim) => claim.id === id)!;
      return valueWords(found[i]!.mean, measures.find((measure) => measure.key === key)!.unit);
    });
    const ids = [...new Set(of.map(([id]) => id))];
    const from = ids.map((id) => ({ id, figures: words.filter((_, i) => of[i]![0] === id) }));
    return { says, paper, ours: estimateWords(counts, unit), holds: isMet(bounds, counts) === true, from };
  });
}
