import { formatDuration, isObject, type JsonObject } from "../../model/mod.ts";
import { changeWords } from "../setting_words.ts";
import { formatCount } from "../text.ts";
import type { PageRun } from "./drawn.ts";
import { type Content, el } from "./markup.ts";
import { tableOf } from "./tables.ts";

/** The circumstances under which the runs were made, side by side. */
export function how(runs: readonly PageRun[]): Content {
  const rows = runs.map(factsOf);
  const labels = [...new Set(rows.flatMap((facts) => [...facts.keys()]))];
  return tableOf(
    "How the runs were made",
    ["fact", ...runs.map(({ name }) => el("span", { class: "fact" }, name))],
    labels.map((
      label,
    ) => [label, ...rows.map((facts) => el("span", { class: "fact" }, facts.get(label) ?? "–"))]),
  );
}

function factsOf({ report, run }: PageRun): Map<string, string> {
  const { command, policy, limit, queue, clock, startedAt, durationMs, changes } = report.run;
  const facts: [string, string | undefined][] = [
    ["command", command === "" ? undefined : `sequoia ${command}`],
    ["policy", policy ?? undefined],
    ["options of the policy", json(run?.scheduling)],
    ["limit", limit === null ? "none" : String(limit)],
    ["further limits", json(withoutGlobal(run?.limits))],
    ["changed while it went on", changes?.map(changeWords).join("; ")],
    ["platform", run?.platform],
    ["calls wait", queue === null ? "nowhere" : queue === "provider" ? "at the provider" : "at Sequoia"],
    ["seed of the load", run?.seed],
    ["chains", chainsOf(report.byChain)],
    [
      "started",
      startedAt === null ? undefined : `${startedAt.slice(0, 19).replace("T", " ")} UTC`,
    ],
    ["took", `${formatDuration(durationMs)}${clock === "virtual" ? " of virtual time" : ""}`],
    ["version of Sequoia", run?.version],
    ["format of the log", run?.schema],
  ];
  return new Map(facts.filter((fact): fact is [string, string] => fact[1] !== undefined));
}

function withoutGlobal(limits: JsonObject | undefined): JsonObject | undefined {
  if (limits === undefined) return undefined;
  const { global: _shown, ...others } = limits;
  return others;
}

/** The parts of a value that say something; undefined if none does. */
function json(value: JsonObject | undefined): string | undefined {
  const said = Object.entries(value ?? {}).filter(([, part]) =>
    !isObject(part) || Object.keys(part).length > 0
  );
  return said.length === 0 ? undefined : JSON.stringify(Object.fromEntries(said));
}

function chainsOf(byChain: PageRun["report"]["byChain"]): string {
  const names = Object.entries(byChain).sort(([, a], [, b]) => b.chains.submitted - a.chains.submitted)
    .slice(0, 12).map(([name, { chains }]) => `${name} (${formatCount(chains.submitted)})`);
  const more = Object.keys(byChain).length - names.length;
  return names.join(", ") + (more > 0 ? `, and ${formatCount(more)} more` : "");
}
