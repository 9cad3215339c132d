/** A real `sequoia serve`, and calls of it. */
import { folder, run, Running } from "./sequoia.ts";

/** Two chains that the local platform models: `hello` of one node, and `pair` of two. */
export const WORKLOAD = `
import { chain, constant, fn, workload } from "sequoia";
const greet = fn("greet", { time: constant("1ms") });
const hello = chain("hello", ({ call }) => call(greet));
const pair = chain("pair", ({ call }) => call(greet, { name: "second", after: call(greet, { name: "first" }) }));
export default workload({ chains: [{ chain: hello, labels: { team: "x" }, priority: 3 }, { chain: pair }] });
`;

/** The answer of a call. */
export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests read what they expect
  readonly body: any;
  readonly headers: Headers;
}

/** Calls of an API. @param key sent with each call (Default: none) */
export function callerOf(url: string, key?: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...key !== undefined && { authorization: `Bearer ${key}` },
        ...body !== undefined && { "content-type": "application/json" },
        ...headers,
      },
      ...body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) },
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
}

/** A folder with the workload deployed to its queue. */
export async function deployed(args: readonly string[] = []) {
  const at = await folder({ "w.ts": WORKLOAD });
  const { code, stderr } = await run(["deploy", "w.ts", ...args], at);
  if (code !== 0) throw new Error(stderr);
  return at;
}

/** A server in a folder; it is ready. */
export async function serving(at: { readonly cwd: string }, args: readonly string[] = []) {
  const server = new Running(["serve", "--listen", "127.0.0.1:0", "--json", ...args], at);
  const [, url] = await server.says(/"url":"(http:[^"]+)"/);
  return {
    server,
    url: url!,
    call: callerOf(url!),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
