import type { Command } from "./shell/command.ts";

/** One subcommand: its place in the list of commands, and how it is loaded. */
export interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ command: Command }>;
}

/** The subcommands; each is loaded only when it is asked for. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  produce: {
    summary: "submit instances of a workload to the queue",
    load: () => import("./produce/command.ts"),
  },
  consume: { summary: "schedule what is queued and invoke it", load: () => import("./consume/command.ts") },
  spam: { summary: "load a platform without quality of service", load: () => import("./spam/command.ts") },
  collect: { summary: "record how long wrapped functions run", load: () => import("./collect/command.ts") },
  report: {
    summary: "figures, charts and comparison of recorded runs",
    load: () => import("./report/command.ts"),
  },
  simulate: {
    summary: "try policies and limits in virtual time",
    load: () => import("./simulate/command.ts"),
  },
  functions: { summary: "serve the local platform", load: () => import("./functions/command.ts") },
  workload: { summary: "check workloads and draw their chains", load: () => import("./workload/command.ts") },
  trace: {
    summary: "look into public traces of functions' calls, and write small ones",
    load: () => import("./trace/command.ts"),
  },
  queue: {
    summary: "look into the queue, and steer what is in it",
    load: () => import("./queue/command.ts"),
  },
  top: { summary: "watch a queue at work in the terminal", load: () => import("./top/command.ts") },
  serve: {
    summary: "the front door of a queue: an HTTP API for any language",
    load: () => import("./serve/command.ts"),
  },
  deploy: {
    summary: "make chains known to the queue by their names",
    load: () => import("./deploy/command.ts"),
  },
  init: {
    summary: "write a starter workload, with types for the editor",
    load: () => import("./init/command.ts"),
  },
  completions: {
    summary: "complete commands and options in a shell",
    load: () => import("./completions/command.ts"),
  },
};
