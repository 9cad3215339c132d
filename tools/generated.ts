/** The files that follow from the code. */
import { declarationFiles } from "./declarations.ts";
import { formatted } from "./formatted.ts";
import { FIGURE_TYPES, figureTypes } from "./manual/figure_types.ts";
import { OPTION_NAMES, optionNames } from "./manual/option_names.ts";
import { manualPages } from "./manual/pages.ts";
import { paperPages } from "../paper/files.ts";

/** Makes files: their texts, as they should be, by their paths from the project's folder. */
type Step = () => Promise<ReadonlyMap<string, string>>;

/**
 * All files that are generated, in steps: those of a later step are made of what the earlier ones have written. The types of
 * figures are public, so signatures follow from them; the manual's tables of options follow from the signatures.
 */
export const STEPS: readonly Step[] = [sourceFiles, declarationFiles, manualPages, paperPages];

/** The source files that follow from tables: of figures, and of the commands' options. */
async function sourceFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    [FIGURE_TYPES, await formatted(figureTypes(), "ts")],
    [OPTION_NAMES, await formatted(await optionNames(), "ts")],
  ]);
}
