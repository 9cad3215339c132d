/** The wrappers inside the real frameworks. */
import azureFunctions, {
  type HttpHandler,
  type HttpResponse,
  type InvocationContext,
} from "@azure/functions";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import express, { type Request, type Response } from "express";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sequoia as azure } from "../../lib/wrap/azure.ts";
import { sequoia as wrap } from "../../lib/wrap/express.ts";
import { pause, TestCollector, timingOf } from "./test_collector.ts";

/** Where a server of node:http listens, until the end of the scope. */
async function listening(server: Server): Promise<{ readonly url: string } & AsyncDisposable> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

async function count(request: Request, response: Response): Promise<void> {
  await pause(10);
  response.setHeader("server-timing", "db;dur=1");
  response.status(201).json(request.body.args.text.split(" ").length);
}

Deno.test("in Express, the wrapper tells of handlers that answer, stream, fail, or are left by their clients", async () => {
  await using collector = new TestCollector();
  const app = express();
  app.use(express.json());
  app.post("/count", wrap(count));
  app.get(
    "/id",
    wrap((_: Request, response: Response) => void response.send("ok"), { collector: collector.address }),
  );
  app.post(
    "/stream",
    wrap(async (_: Request, response: Response) => {
      for (let i = 0; i < 3; i++) {
        response.write("part ");
        await pause(10);
      }
      response.end();
    }),
  );
  app.post(
    "/head",
    wrap((_: Request, response: Response) => {
      response.writeHead(202, { "x-own": "1" });
      response.end("ok");
    }),
  );
  app.post("/fails", wrap(() => Promise.reject(new RangeError("no"))));
  app.post(
    "/throws",
    wrap(() => {
      throw new RangeError("at once");
    }),
  );
  app.post("/hangs", wrap((_: Request, response: Response) => void response.write("begun")));
  app.use((error: Error, _request: Request, response: Response, _next: unknown) => {
    response.status(500).send(error.message);
  });
  await using server = await listening(app.listen(0, "127.0.0.1") as unknown as Server);

  const counted = await post(`${server.url}/count`, collector.event("01J/count"));
  assertEquals([counted.status, await counted.json()], [201, 2]);
  const timing = counted.headers.get("server-timing")!;
  assertStringIncludes(timing, "db;dur=1");
  assert(timingOf(timing) >= 9, timing);
  assert((await collector.runOf("01J/count")).ms >= 9);

  const streamed = await post(`${server.url}/stream`, {}, collector.headers("01J/stream"));
  assert(timingOf(streamed.headers.get("server-timing")) >= 0);
  assertEquals(await streamed.text(), "part part part ");
  assert((await collector.runOf("01J/stream")).ms >= 29);

  const headed = await post(`${server.url}/head`, {}, collector.headers("01J/head"));
  assertEquals([headed.status, headed.headers.get("x-own"), await headed.text()], [202, "1", "ok"]);
  assert(timingOf(headed.headers.get("server-timing")) >= 0);

  for (const [path, message] of [["fails", "no"], ["throws", "at once"]] as const) {
    const failed = await post(`${server.url}/${path}`, {}, collector.headers(`01J/${path}`));
    assertEquals([failed.status, await failed.text()], [500, message]);
    await collector.runOf(`01J/${path}`);
  }

  const hanging = await post(`${server.url}/hangs`, {}, collector.headers("01J/hangs"));
  await hanging.body!.cancel();
  await collector.runOf("01J/hangs");

  await (await fetch(`${server.url}/id?id=01J%2Fget`)).body?.cancel();
  await collector.runOf("01J/get");
});

Deno.test("in the framework of Google Cloud Functions, the wrapper tells of calls, by Sequoia or by the original", async () => {
  await using collector = new TestCollector();
  http("count", wrap(count));
  await using server = await listening(getTestServer("count") as unknown as Server);
  const answer = await post(server.url, collector.event("by its body"));
  assertEquals(await answer.json(), 2);
  assert(timingOf(answer.headers.get("server-timing")) >= 9);
  assert((await collector.runOf("by its body")).ms >= 9);
  const { port: _port, ...homeless } = collector.event("not this one");
  await (await post(server.url, homeless, collector.headers("01J/count"))).body?.cancel();
  await collector.runOf("01J/count");
});

Deno.test("with the library of Azure Functions, the wrapper tells of calls, and adds to all kinds of answers", async () => {
  await using collector = new TestCollector();
  const context = {} as InvocationContext;
  const request = (id: string) =>
    new azureFunctions.HttpRequest({
      method: "POST",
      url: "http://localhost/api/count",
      body: { string: JSON.stringify(collector.event(id)) },
      headers: { "content-type": "application/json", ...collector.headers(id) },
    });
  const timing = (answer: unknown) =>
    timingOf(new Headers((answer as { headers: HeadersInit }).headers).get("server-timing"));

  const init: HttpHandler = async (request) => {
    const { args } = await request.json() as ReturnType<TestCollector["event"]>;
    await pause(10);
    return { jsonBody: args.text.split(" ").length, headers: { "x-own": "1" } };
  };
  const answer = await azure(init)(request("01J/init"), context) as { jsonBody: number; headers: Headers };
  assertEquals([answer.jsonBody, answer.headers.get("x-own")], [2, "1"]);
  assert(timing(answer) >= 9);
  assert((await collector.runOf("01J/init")).ms >= 9);

  const response: HttpHandler = () => new azureFunctions.HttpResponse({ status: 201, body: "ok" });
  const whole = await azure(response)(request("01J/whole"), context) as HttpResponse;
  assertEquals([whole.status, await whole.text()], [201, "ok"]);
  assert(timing(whole) >= 0);
  await collector.runOf("01J/whole");

  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      await pause(20);
      controller.enqueue(new TextEncoder().encode("late"));
      controller.close();
    },
  });
  const streams: HttpHandler = () => ({ body: stream as HttpResponse["body"] });
  const streamed = await azure(streams)(request("01J/stream"), context) as { body: ReadableStream };
  assertEquals(await new globalThis.Response(streamed.body).text(), "late");
  assert((await collector.runOf("01J/stream")).ms >= 19);

  const fails = azure<HttpHandler>(() => Promise.reject(new RangeError("no")));
  await assertRejects(async () => await fails(request("01J/fails"), context), RangeError, "no");
  await collector.runOf("01J/fails");

  const queued = azure((message: ReturnType<TestCollector["event"]>, _context: InvocationContext) =>
    message.args.text
  );
  assertEquals(await queued(collector.event("01J/queue"), context), "a b");
  await collector.runOf("01J/queue");
});
