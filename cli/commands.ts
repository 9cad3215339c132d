import type { Command } from "./command.ts";

/** One subcommand: its place in the list of commands, and how it is loaded. */
export interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ command: Command }>;
}

/** The subcommands; each is loaded only when it is asked for. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  produce: { summary: "submit instances of a workload to the queue", load: () => import("./produce.ts") },
  consume: { summary: "schedule what is queued and invoke it", load: () => import("./consume.ts") },
  spam: { summary: "load a platform without quality of service", load: () => import("./spam.ts") },
  collect: { summary: "record how long wrapped functions run", load: () => import("./collect.ts") },
  report: { summary: "figures, charts and comparison of recorded runs", load: () => import("./report.ts") },
  simulate: { summary: "try policies and limits in virtual time", load: () => import("./simulate.ts") },
  functions: { summary: "serve the local platform", load: () => import("./functions.ts") },
  workload: { summary: "check workloads and draw their chains", load: () => import("./workload.ts") },
  queue: { summary: "look into the queue, and steer what is in it", load: () => import("./queue.ts") },
  init: { summary: "write a starter workload, with types for the editor", load: () => import("./init.ts") },
  completions: {
    summary: "complete commands and options in a shell",
    load: () => import("./completions.ts"),
  },
};
