import { oneLine } from "../../lib/draw/mod.ts";
import { counted } from "../../lib/model/mod.ts";
import type { DeployedChain, Deployment } from "../../lib/queue/mod.ts";
import type { Needs } from "../../lib/steer/mod.ts";
import { textTable } from "../shell/text_table.ts";
import { agoWords } from "../words/time_words.ts";

/** The characters of a version that are shown. */
const SHOWN = 12;

/** The effect on each chain, a line each. */
export function deploymentLines(deployments: readonly Deployment[]): string[] {
  return textTable(deployments.map(({ name, version, outcome, formerVersion }) => [
    outcome,
    oneLine(name),
    short(version),
    formerVersion === undefined ? "" : `was ${short(formerVersion)}`,
  ]));
}

/** The way to submit the first chain that is new to the queue; undefined if none is. */
export function submitWords(deployments: readonly Deployment[]): string | undefined {
  const first = deployments.find(({ outcome }) => outcome === "new");
  return first &&
    `Submit one: start sequoia serve, then curl http://127.0.0.1:7070/v1/chains/${
      encodeURIComponent(first.name)
    } --json '{"args": {}}'`;
}

/** Deployed chains, a line each below those of the table's head; none if there are none. */
export function deployedLines(chains: readonly DeployedChain[], nowMs: number): string[] {
  if (chains.length === 0) return [];
  const rows = chains.map(({ name, version, chain, deployedAtMs }) => [
    oneLine(name),
    short(version),
    String(chain.nodes.length),
    agoWords(nowMs - deployedAtMs),
  ]);
  return textTable([["chain", "version", "nodes", "deployed"], ...rows], [2]);
}

/** A deployed chain for programs. */
export function deployedJson({ name, version, chain, defaults, deployedAtMs }: DeployedChain): object {
  return {
    name,
    version,
    nodes: chain.nodes.length,
    defaults,
    deployedAt: new Date(deployedAtMs).toISOString(),
  };
}

/** Words for what chains need before they can run. */
export function needsLines({ served, modelled, secrets }: Needs, files: readonly string[]): string[] {
  return [
    ...served.length === 0 ? [] : [
      `${functionWords(served)} a body, which is not deployed: start sequoia functions ${files.join(" ")}`,
    ],
    ...modelled.length === 0 ? [] : [
      `${functionWords(modelled)} neither a URL nor a body: the local platform only takes ${
        modelled.length === 1 ? "its" : "their"
      } time`,
    ],
    ...secrets.length === 0
      ? []
      : [`Consumers need ${counted(secrets.length, "secret")}: start them with ${
        secrets.map((secret) => `--secret ${oneLine(secret)}`).join(" ")
      }`],
  ];
}

function functionWords(names: readonly string[]): string {
  const shown = names.map(oneLine).join(", ");
  return names.length === 1 ? `Function ${shown} has` : `Functions ${shown} have`;
}

function short(version: string): string {
  return version.slice(0, SHOWN);
}
