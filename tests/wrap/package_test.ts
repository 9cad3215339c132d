/** The wrappers as they are published, under Node.js. */
import { assert, assertEquals } from "@std/assert";
import { Program } from "../program.ts";
import { assertTyped } from "../npm_types.ts";
import { testWith } from "../requirements.ts";
import { TestCollector, timingOf } from "./test_collector.ts";
import { installed } from "./package.ts";

const MODULES = ["", "/lambda", "/express", "/azure", "/openwhisk", "/fetch"];

await testWith(
  "node",
  "the package is imported and required, and its types are found, by all its names",
  async () => {
    const names = JSON.stringify(MODULES.map((name) => `sequoia-wrap${name}`));
    const say = "console.log(JSON.stringify(all.map((module) => Object.keys(module).sort())))";
    const use = `sequoia(async (event: { id: string }) => event.id)({ id: "a" }).then((id: string) => id);`;
    const typed = `import { sequoia } from "sequoia-wrap/lambda"; import * as all from "sequoia-wrap";
import { sequoia as fetches } from "sequoia-wrap/fetch"; import { sequoia as express } from "sequoia-wrap/express";
import { sequoia as azure } from "sequoia-wrap/azure"; import { sequoia as openwhisk } from "sequoia-wrap/openwhisk";
void [all.lambda, fetches(() => new Response()), express, azure, openwhisk]; ${use}`;
    await using at = await installed({
      "esm.mjs": `const all = await Promise.all(${names}.map((name) => import(name))); ${say}`,
      "cjs.cjs": `const all = ${names}.map((name) => require(name)); ${say}`,
      "typed.mts": typed,
      "typed.cts": typed,
    });
    const expected = MODULES.map((name) =>
      name === "" ? ["azure", "express", "fetch", "lambda", "openwhisk", "tell"] : ["sequoia"]
    );
    for (const file of ["esm.mjs", "cjs.cjs"]) {
      await using program = new Program("node", file, at.cwd);
      assertEquals(JSON.parse(await program.line()), expected, file);
    }
    assertTyped(["typed.mts", "typed.cts"].map((file) => `${at.cwd}/${file}`));
  },
);

/** Speaks the runtime API of AWS Lambda as custom runtimes do (AWS, "Using the Lambda runtime API"). */
const BOOTSTRAP = `import { handler } from "./function.mjs";
const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
for (;;) {
  const next = await fetch(api + "next");
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const event = await next.json();
  const send = (path, body) => fetch(api + id + path, { method: "POST", body: JSON.stringify(body) });
  try {
    await send("/response", await handler(event, { awsRequestId: id }));
  } catch (error) {
    await send("/error", { errorType: error.name, errorMessage: error.message });
  }
}`;

const LAMBDA = `import { sequoia } from "sequoia-wrap/lambda";
export const handler = sequoia(async ({ args }) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (args.fail) throw new RangeError("no");
  return { statusCode: 200, body: args.text };
});`;

/** The runtime API, to which a function comes for events: the other side of the bootstrap. */
function runtimeApi() {
  let give = Promise.withResolvers<{ id: string; event: unknown }>();
  let answered = Promise.withResolvers<{ path: string; body: Record<string, unknown> }>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.replace("/2018-06-01/runtime/invocation/", "");
    if (path === "next") {
      const { id, event } = await give.promise;
      give = Promise.withResolvers();
      return Response.json(event, { headers: { "lambda-runtime-aws-request-id": id } });
    }
    answered.resolve({ path, body: await request.json() });
    return new Response(null, { status: 202 });
  });
  return {
    address: `127.0.0.1:${server.addr.port}`,
    /** Has the function handle an event. */
    async invoke(id: string, event: unknown) {
      answered = Promise.withResolvers();
      give.resolve({ id, event });
      return await answered.promise;
    },
    async [Symbol.asyncDispose]() {
      give.resolve({ id: "last", event: {} });
      await server.shutdown();
    },
  };
}

await testWith(
  "node",
  "on AWS Lambda's runtime API, the end has been told when the answer is there",
  async () => {
    await using collector = new TestCollector();
    await using at = await installed({ "bootstrap.mjs": BOOTSTRAP, "function.mjs": LAMBDA });
    await using api = runtimeApi();
    await using program = new Program("node", "bootstrap.mjs", at.cwd, {
      AWS_LAMBDA_RUNTIME_API: api.address,
    });
    for (let i = 0; i < 5; i++) {
      const answer = await api.invoke(`request-${i}`, collector.event(`01J/${i}`));
      program.signal("SIGSTOP"); // as Lambda freezes what has answered
      const { statusCode, headers } = answer.body as { statusCode: number; headers: Record<string, string> };
      assertEquals([answer.path, statusCode], [`request-${i}/response`, 200]);
      assert(timingOf(headers["server-timing"]) >= 9);
      assert((await collector.runOf(`01J/${i}`)).ms >= 9);
      program.signal("SIGCONT");
    }
    const failed = await api.invoke("request-6", { ...collector.event("01J/fails"), args: { fail: true } });
    assertEquals(failed, { path: "request-6/error", body: { errorType: "RangeError", errorMessage: "no" } });
    await collector.runOf("01J/fails");
  },
);

/**
 * The action interface of OpenWhisk (openwhisk/docs, "Adding Action Language Runtimes"): POST /init with the code, then POST
 * /run with the parameters and the activation's environment.
 */
const ACTION_PROXY = `const http = require("node:http");
let main;
http.createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const { value } = JSON.parse(text);
  const answer = (status, body) => response.writeHead(status).end(JSON.stringify(body));
  try {
    if (request.url === "/init") {
      const module = { exports: {} };
      new Function("module", "exports", "require", value.code)(module, module.exports, require);
      main = module.exports[value.main];
      answer(200, { ok: true });
    } else answer(200, await main(value));
  } catch (error) {
    answer(502, { error: String(error) });
  }
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

const ACTION = `const { sequoia } = require("sequoia-wrap/openwhisk");
exports.main = sequoia(({ args }) => args.fail ? Promise.reject(new RangeError("no")) : { text: args.text });`;

await testWith("node", "through OpenWhisk's action interface, the wrapper tells of activations", async () => {
  await using collector = new TestCollector();
  await using at = await installed({ "proxy.cjs": ACTION_PROXY });
  await using program = new Program("node", "proxy.cjs", at.cwd);
  const url = `http://127.0.0.1:${await program.line()}`;
  const post = async (path: string, value: unknown) => {
    const response = await fetch(url + path, { method: "POST", body: JSON.stringify({ value }) });
    return [response.status, await response.json()];
  };
  assertEquals(await post("/init", { name: "count", main: "main", code: ACTION, binary: false }), [200, {
    ok: true,
  }]);
  assertEquals(await post("/run", collector.event("01J/run")), [200, { text: "a b" }]);
  await collector.runOf("01J/run");
  const [status] = await post("/run", { ...collector.event("01J/fails"), args: { fail: true } });
  assertEquals(status, 502);
  await collector.runOf("01J/fails");
});

const EDGE = `import { register } from "node:module";
register("data:text/javascript,export async function resolve(name, context, next) {" +
  "if (name === 'node:net') throw new Error('there is no TCP here'); return await next(name, context); }");
const { sequoia } = await import("sequoia-wrap/fetch");
const headers = { "idempotency-key": "01J/a", "x-sequoia-collector": "127.0.0.1:10000" };
const response = await sequoia(() => new Response("ok"))(new Request("http://localhost/", { headers }));
console.log(JSON.stringify([response.headers.get("server-timing"), await response.text()]));`;

await testWith(
  "node",
  "where there is no TCP, the wrapper tells nobody, and all else is as ever",
  async () => {
    await using at = await installed({ "edge.mjs": EDGE });
    await using program = new Program("node", "edge.mjs", at.cwd);
    const [timing, text] = JSON.parse(await program.line());
    assert(timingOf(timing) >= 0);
    assertEquals(text, "ok");
  },
);

const SERVER = `const http = require("node:http");
const { sequoia } = require("sequoia-wrap/express");
http.createServer(sequoia((request, response) => {
  response.write("begun");
  setTimeout(() => response.end(), 10);
})).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

await testWith(
  "node",
  "on Node.js's own server, the wrapper adds to answers and tells of their ends",
  async () => {
    await using collector = new TestCollector();
    await using at = await installed({ "server.cjs": SERVER });
    await using program = new Program("node", "server.cjs", at.cwd);
    const url = `http://127.0.0.1:${await program.line()}`;
    const response = await fetch(url, { headers: collector.headers("01J/a") });
    assert(timingOf(response.headers.get("server-timing")) >= 0);
    assertEquals(await response.text(), "begun");
    assert((await collector.runOf("01J/a")).ms >= 9);
  },
);
