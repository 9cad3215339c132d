/** A proxy before a server: it records the requests, and drops some answers. */

/** A request, as far as the OpenAPI document speaks of it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  /** The names of its parameters. */
  readonly query: readonly string[];
  /** The names of the fields of its body; of a list, of all its items. */
  readonly fields: readonly string[];
}

/** @param loses whether the answer to a request is lost, though it has been carried out */
export function recorder(target: () => string, loses: (request: Recorded) => boolean) {
  const requests: Recorded[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname: path, search, searchParams } = new URL(request.url);
    const body = await request.text(), given = body === "" ? [] : [JSON.parse(body)].flat() as object[];
    const fields = [...new Set(given.flatMap((each) => Object.keys(each)))];
    const recorded = {
      method: request.method.toLowerCase(),
      path,
      query: [...new Set(searchParams.keys())],
      fields,
    };
    requests.push(recorded);
    const { method } = request, headers = { "content-type": "application/json" };
    const answer = await fetch(target() + path + search, { method, headers, ...body !== "" && { body } });
    const text = await answer.text();
    if (loses(recorded)) return new Response("lost", { status: 502 });
    return new Response(text, { status: answer.status, headers: answer.headers });
  });
  return {
    requests,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
