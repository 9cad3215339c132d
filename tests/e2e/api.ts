/** A real `sequoia serve`, and calls of it. */
import { folder, run, Running, type RunOptions } from "./sequoia.ts";

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
  await deploy("w.ts", at, args);
  return at;
}

/** Deploys a workload of a folder to its queue. */
export async function deploy(file: string, at: RunOptions, args: readonly string[] = []): Promise<void> {
  const { code, stderr } = await run(["deploy", file, ...args], at);
  if (code !== 0) throw new Error(stderr);
}

/** A server in a folder; it is ready. */
export async function serving(at: RunOptions, args: readonly string[] = []) {
  const server = new Running(["serve", "--listen", "127.0.0.1:0", "--json", ...args], at);
  const [, url] = await server.says(/"url":"(http:[^"]+)"/);
  return {
    server,
    url: url!,
    call: callerOf(url!),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A server of a test. */
export type Serving = Awaited<ReturnType<typeof serving>>;

/**
 * Submits instances of `hello`, one and many at a time, from several callers at once, and kills the server under way.
 *
 * @param atLeast the number of acknowledged instances after which it is killed
 * @returns the ids of those that were acknowledged, and the number that was sent
 */
export async function submitUntilKilled(
  { server, call }: Serving,
  atLeast: number,
): Promise<{ readonly acknowledged: readonly string[]; readonly sent: number }> {
  const acknowledged = new Set<string>();
  let sent = 0;
  const submitter = async (name: string) => {
    for (;;) {
      const ids = Array.from({ length: 1 + sent % 50 }, () => `${name}-${sent++}`);
      const body = ids.length === 1 ? { id: ids[0] } : ids.map((id) => ({ id }));
      const answer = await call("POST", "/v1/chains/hello", body).catch(() => undefined);
      if (answer === undefined) return; // it was killed
      if (answer.status !== 201) throw new Error(`a submission was answered with ${answer.status}`);
      for (const id of ids) acknowledged.add(id);
    }
  };
  const submitters = ["a", "b", "c", "d"].map(submitter);
  while (acknowledged.size < atLeast) await call("GET", "/healthz");
  server.signal("SIGKILL");
  await Promise.all(submitters);
  return { acknowledged: [...acknowledged], sent };
}
