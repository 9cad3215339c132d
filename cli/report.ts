import type { Command } from "./command.ts";
export const command: Command = {
  summary: "",
  usage: "",
  examples: [],
  options: {},
  run() {
    throw new Error("pending");
  },
};
