/** A server that is AWS Lambda to whoever invokes functions: it checks signatures, and answers as it is told. */
import { findFault, type Keys } from "./signature.ts";

/** An invocation that was signed well. */
export interface Invocation {
  readonly name: string;
  readonly qualifier: string | null;
  readonly mode: string | null;
  readonly event: unknown;
}

/** Answers an invocation. */
export type Handler = (invocation: Invocation) => Response | Promise<Response>;

/** The options of a server. */
export interface LambdaServerOptions {
  readonly keys?: Readonly<Record<string, Keys>>;
  readonly region?: string;
  readonly nowMs?: () => number;
}

/** Keys that the server knows. */
export const KEYS = { AKIDEXAMPLE: { secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" } };

/** An error as the service answers it. */
export function serviceFailure(
  status: number,
  type: string,
  body: Record<string, string>,
  headers = {},
): Response {
  return Response.json(body, {
    status,
    headers: { "x-amzn-errortype": `${type}:http://internal.example/`, ...headers },
  });
}

/** Starts it on loopback; it ends with the scope. */
export function lambdaServer(handler: Handler, options: LambdaServerOptions = {}) {
  const { keys = KEYS as Readonly<Record<string, Keys>>, region = "us-east-1", nowMs = () => Date.now() } =
    options;
  const invocations: Invocation[] = [];
  let refused = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const url = new URL(request.url), body = await request.text();
    const { method, headers } = request;
    const fault = findFault(
      { method, url, headers, body },
      (id) => keys[id],
      { name: "lambda", region },
      nowMs(),
    );
    if (fault !== undefined) {
      refused++;
      const date = new Date(nowMs()).toUTCString();
      return serviceFailure(403, fault.type, { message: fault.message }, { date });
    }
    const name = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/.exec(url.pathname)?.[1];
    if (name === undefined || method !== "POST") return new Response("no such path", { status: 404 });
    const invocation = {
      name,
      qualifier: url.searchParams.get("Qualifier"),
      mode: headers.get("x-amz-invocation-type"),
      event: JSON.parse(body) as unknown,
    };
    invocations.push(invocation);
    return await handler(invocation);
  });
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    invocations,
    /** The number of requests with a bad signature. */
    refused: () => refused,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
