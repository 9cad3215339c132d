import type { Logger } from "@std/log";
import { onlyChains } from "../../lib/model/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { type Command, COMMON, type Context } from "../shell/command.ts";
import { PARTITIONS_OPTION, QUEUE_OPTION } from "../options/queue_option.ts";
import { closeWhenDrained } from "../shell/close_when_drained.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { flag, many, one, readOptions, text, type Values } from "../shell/options.ts";
import { loadWorkloads } from "../modules/workload_file.ts";
import { clock, openQueue, queueNotes } from "../assembly.ts";
import { deployedJson, deployedLines, deploymentLines, needsLines, submitWords } from "./words.ts";

const options = {
  chain: many("NAME", "only this chain of the workload (repeatable)", text),
  list: flag("show the chains that are deployed"),
  types: one("FILE", "also write the chains' types for the TypeScript client into this file", text),
  remove: many("NAME", "forget a deployed chain; its instances go on (repeatable)", text),
  ...QUEUE_OPTION,
  ...PARTITIONS_OPTION,
  ...COMMON,
} as const;

type DeployValues = Values<typeof options>;

/** `sequoia deploy` */
export const command: Command = {
  usage: "WORKLOAD… | --list | --remove NAME [options]",
  examples: [
    ["sequoia deploy workloads/fan7.ts", "make a chain known to the queue by its name"],
    ["sequoia deploy workloads/fan7.ts --types chains.ts", "write types for the TypeScript client, too"],
    ["sequoia deploy --list", "the chains that are known, with their versions"],
    ["sequoia deploy --remove fan7", "forget one; its instances go on"],
  ],
  options,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    const action = actionOf(rest, values), log = openLog(values);
    const workload = action === "deploy" ? onlyChains(await loadWorkloads(rest), values.chain) : undefined;
    await using queue = await openQueue(values, {
      readOnly: action === "list",
      ...action === "deploy" ? {} : { mustExist: true },
      signal: context.drain,
      onNote: queueNotes(log),
    });
    using _closing = closeWhenDrained(queue, context.drain);
    if (workload === undefined) {
      return await (action === "list" ? list(queue, values, context, log) : remove(queue, values, context));
    }
    const { chainTypes, deployWorkload } = await import("../../lib/steer/mod.ts");
    const deployed = await deployWorkload(queue, workload, clock.wallMs());
    if (values.types !== undefined) {
      await writeTypes(values.types, chainTypes(workload.chains.map(({ chain }) => chain)));
    }
    for (const line of needsLines(deployed.needs, rest)) log.warn(line);
    if (values.json) {
      return context.print(JSON.stringify({ ...deployed, ...deployed.needs, needs: undefined }));
    }
    for (const line of deploymentLines(deployed.deployments)) context.print(line);
    const submit = submitWords(deployed.deployments);
    if (submit !== undefined) log.info(submit);
  },
};

type Action = "deploy" | "list" | "remove";

function actionOf(files: readonly string[], values: DeployValues): Action {
  const actions: Action[] = [
    ...files.length > 0 ? ["deploy" as const] : [],
    ...values.list ? ["list" as const] : [],
    ...values.remove.length > 0 ? ["remove" as const] : [],
  ];
  const [action] = actions;
  if (action === undefined) {
    throw new UsageError("deploy: name a workload, for example workloads/fan7.ts, or write --list");
  }
  if (actions.length > 1) throw new UsageError("deploy: choose one of WORKLOAD…, --list and --remove");
  const stray = values.chain.length > 0 ? "--chain" : values.types !== undefined ? "--types" : undefined;
  if (action !== "deploy" && stray !== undefined) {
    throw new UsageError(`${stray} is of a workload that is deployed. Leave it out with --${action}`);
  }
  return action;
}

async function list(
  queue: QueueDriver,
  { json }: DeployValues,
  { print }: Context,
  log: Logger,
): Promise<void> {
  const chains = await Array.fromAsync(queue.deployments());
  if (json) return print(JSON.stringify(chains.map(deployedJson)));
  if (chains.length === 0) log.info("No chain is deployed to this queue. Write sequoia deploy WORKLOAD.ts");
  for (const line of deployedLines(chains, clock.wallMs())) print(line);
}

/** @throws {FailedError} if the file cannot be made */
async function writeTypes(path: string, types: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, types);
  } catch (cause) {
    throw new FailedError(
      `Cannot write the types ${path}: ${
        (cause as Error).message
      }. The chains are deployed; name a file that can be made`,
      { cause },
    );
  }
}

async function remove(queue: QueueDriver, { remove, json }: DeployValues, { print }: Context): Promise<void> {
  const names = [...new Set(remove)], removed: string[] = [], unknown: string[] = [];
  for (const name of names) (await queue.undeploy(name) ? removed : unknown).push(name);
  if (json) print(JSON.stringify({ removed, unknown }));
  else for (const name of removed) print(`Removed ${name}: its instances go on`);
  if (unknown.length > 0) {
    throw new FailedError(
      `Cannot remove ${unknown.join(", ")}: no such chain is deployed. See sequoia deploy --list`,
    );
  }
}
