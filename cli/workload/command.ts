import { type Chain, onlyChains, type Workload } from "../../lib/model/mod.ts";
import { drawChain, drawMermaid, outlineOf, withCalled } from "../../lib/draw/mod.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { flag, many, readOptions, text } from "../shell/options.ts";
import { loadWorkload } from "../modules/workload_file.ts";

const options = {
  mermaid: flag("draw a Mermaid flowchart"),
  chain: many("NAME", "only this chain of the workload (repeatable)", text),
  ...COMMON,
} as const;

interface Loaded {
  readonly file: string;
  readonly chains: readonly Chain[];
}

/** `sequoia workload` */
export const command: Command = {
  usage: "WORKLOAD… [options]",
  examples: [
    ["sequoia workload workloads/fan7.ts", "the chain as a tree, its critical path and widest stage"],
    ["sequoia workload workloads/join.ts --mermaid > join.mmd", "as a flowchart, for documents"],
    ["sequoia workload workloads/mixed.ts --json", "nodes and figures, for scripts"],
  ],
  options,
  async run(args, { print, printLines }) {
    const { values, rest } = readOptions(options, args);
    openLog(values);
    if (rest.length === 0) throw new UsageError("workload: name a workload, for example workloads/fan7.ts");
    if (values.mermaid && values.json) throw new UsageError("Choose one of --mermaid and --json");
    const loaded: Loaded[] = [];
    for (const file of rest) {
      loaded.push({ file, chains: chainsOf(onlyChains(await loadWorkload(file), values.chain)) });
    }
    if (values.json) print(JSON.stringify(loaded.flatMap(outlines)));
    else if (values.mermaid) printLines(drawMermaid(loaded.map(({ chains }) => chains)).join("\n"));
    else printLines(loaded.map(({ chains }) => chains.map(block).join("\n\n")).join("\n\n"));
  },
};

function chainsOf({ chains }: Workload): Chain[] {
  return withCalled(chains.map(({ chain }) => chain));
}

function block(chain: Chain): string {
  return drawChain(chain).join("\n");
}

function outlines({ file, chains }: Loaded): object[] {
  return chains.map((chain) => ({ file, ...outlineOf(chain) }));
}
