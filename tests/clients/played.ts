/** Plays the scenario of the clients on a server of its own. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { deployed, serving } from "../e2e/api.ts";
import { ROOT, Running } from "../e2e/sequoia.ts";
import type { Document } from "./openapi.ts";
import { recorder } from "./recorder.ts";

/** Runs a scenario; @returns what it has written, on both streams */
export async function output(command: readonly string[]): Promise<readonly [stdout: string, stderr: string]> {
  const [program, ...args] = command as [string, ...string[]];
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  assertEquals(code, 0, error);
  return [out, error];
}

/** Plays a scenario on a server of its own; @returns its results, its notes, and the requests that it made */
export async function play(commandFor: (url: string, cwd: string) => Promise<readonly string[]>) {
  await using at = await deployed();
  await using api = await serving(at);
  await using _consumer = new Running(["consume", "--out", "none"], at);
  const lost = new Set<string>();
  const losesFirst = (name: string) => !lost.has(name) && lost.add(name) !== undefined;
  await using front = recorder(() => api.url, ({ method, path, query }) => {
    if (method === "post" && path === "/v1/chains/pair") return losesFirst("submission");
    return query.includes("wait") && losesFirst("wait");
  });
  const [out, notes] = await output(await commandFor(front.url, at.cwd));
  const document = (await api.call("GET", "/v1/openapi.json")).body as Document;
  return { results: JSON.parse(out) as unknown, notes, requests: front.requests, document };
}

/** Plays it by the TypeScript client in Deno. */
export const playInDeno = () =>
  play((url) =>
    Promise.resolve([
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      "--no-check",
      join(ROOT, "tests/clients/scenario_program.ts"),
      url,
    ])
  );
