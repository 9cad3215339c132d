/** The clients of the HTTP API, on a real server with a real consumer, and held to its OpenAPI document. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stop as endBuilder, transform } from "esbuild";
import { join } from "node:path";
import {
  type Accepted,
  type Batch,
  type Instance,
  type InstanceDetail,
  type InstanceSummary,
  type Reached,
  Sequoia,
  SequoiaError,
  type Submission,
  verifyCallback,
} from "../../clients/typescript/mod.ts";
import { type Document, fieldsOf, operationOf } from "../clients/openapi.ts";
import { output, play, playInDeno } from "../clients/played.ts";
import type { Recorded } from "../clients/recorder.ts";
import { assertTyped } from "../npm_types.ts";
import { deployed, serving } from "./api.ts";
import { ROOT, Running } from "./sequoia.ts";

const PYTHON = join(ROOT, "clients/python");
/** Parameters that no client sends, as there is another way. */
const UNUSED = new Map([["submit", ["wait"]]]);

const SUMMARY: Record<keyof InstanceSummary, true> = {
  ...{
    id: true,
    chain: true,
    state: true,
    labels: true,
    submittedAtMs: true,
    dueAtMs: true,
    endedAtMs: true,
  },
  ...{ priority: true, deadlineMs: true, parent: true, reason: true },
};
const INSTANCE: Record<keyof Instance, true> = {
  ...SUMMARY,
  args: true,
  retriedAtMs: true,
  output: true,
  unreadable: true,
};
const DETAIL: Record<keyof InstanceDetail, true> = { ...INSTANCE, nodes: true, called: true, isCut: true };
const SUBMISSION: Record<keyof Submission, true> = {
  ...{
    args: true,
    id: true,
    labels: true,
    priority: true,
    weight: true,
    deadline: true,
    delay: true,
    at: true,
  },
  traceparent: true,
  callback: true,
};
const ACCEPTED: Record<keyof Accepted, true> = { id: true, chain: true, existing: true };
const BATCH: Record<keyof Batch, true> = { created: true, existing: true, refused: true, results: true };
const REACHED: Record<keyof Reached, true> = { reached: true, dryRun: true, isMore: true, some: true };
/** The fields of the types of the TypeScript client, by the names that the document has for them. */
const TYPES: Readonly<Record<string, object>> = {
  ...{ InstanceSummary: SUMMARY, Instance: INSTANCE, InstanceDetail: DETAIL, Submission: SUBMISSION },
  ...{ Accepted: ACCEPTED, Batch: BATCH, Reached: REACHED },
};
/** A field that clients leave out: they wait by the id. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { Accepted: ["instance"] };

/** Holds requests to the document: all that is sent is there, and all that is there is sent. */
function holdTo(document: Document, requests: readonly Recorded[]): void {
  const byId = new Map<string, { query: Set<string>; fields: Set<string> }>();
  for (const { method, path, query, fields } of requests) {
    const operation = operationOf(document, method, path);
    assert(operation !== undefined, `${method} ${path} is in the document`);
    for (const name of query) assert(operation.query.includes(name), `${operation.id} takes ${name}`);
    for (const name of fields) {
      assert(operation.fields.includes(name), `${operation.id} has the field ${name}`);
    }
    const sent = byId.get(operation.id) ?? { query: new Set(), fields: new Set() };
    for (const name of query) sent.query.add(name);
    for (const name of fields) sent.fields.add(name);
    byId.set(operation.id, sent);
  }
  assertEquals([...byId.keys()].sort(), [
    ...["cancelInstance", "getInstance", "listInstances", "retryInstance", "submit"],
  ]);
  for (const { method, path } of requests) {
    const { id, query, fields } = operationOf(document, method, path)!, sent = byId.get(id)!;
    const unused = UNUSED.get(id) ?? [];
    assertEquals(
      query.filter((name) => !sent.query.has(name) && !unused.includes(name)),
      [],
      `${id}: parameters`,
    );
    assertEquals(fields.filter((name) => !sent.fields.has(name)), [], `${id}: fields`);
  }
}

/** Holds the fields of types to those of the document. */
function holdTypes(document: Document, types: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, fields] of Object.entries(types)) {
    const schema = document.components.schemas[name];
    if (schema === undefined) throw new Error(`the document has no ${name}`);
    const expected = new Set(
      fieldsOf({ ...document, components: { schemas: document.components.schemas } }, schema),
    );
    const own = [...fields, ...LEFT_OUT[name] ?? []];
    assertEquals(own.filter((field) => !expected.has(field)), [], `${name} has these fields`);
    const direct = Object.keys(schema.properties ?? {});
    assertEquals(
      direct.filter((field) => !own.includes(field)),
      [],
      `the client has these fields of ${name}`,
    );
  }
}

Deno.test("the clients for Deno, Node.js and Python do the same, and keep to the OpenAPI document", async () => {
  const inDeno = await playInDeno();
  holdTo(inDeno.document, inDeno.requests);
  holdTypes(
    inDeno.document,
    Object.fromEntries(Object.entries(TYPES).map(([name, fields]) => [name, Object.keys(fields)])),
  );
  const inNode = await play(async (url, cwd) => {
    const bundle = join(cwd, "scenario.mjs");
    await output([
      Deno.execPath(),
      "bundle",
      "--quiet",
      join(ROOT, "tests/clients/scenario_program.ts"),
      "-o",
      bundle,
    ]);
    return ["node", bundle, url];
  });
  assertEquals(inNode.results, inDeno.results);
  const inPython = await play((url) =>
    Promise.resolve(["python3", join(ROOT, "tests/clients/scenario.py"), PYTHON, url])
  );
  assertEquals(inPython.results, inDeno.results);
  holdTo(inPython.document, inPython.requests);
  holdTypes(inPython.document, JSON.parse(inPython.notes));
});

Deno.test("the client ends when its signal does, and says why", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const sequoia = new Sequoia(api.url);
  await sequoia.submit("hello", { id: "waits" });
  const stop = new AbortController(), why = new Error("enough");
  const waiting = sequoia.wait("waits", { signal: stop.signal });
  stop.abort(why);
  assertEquals(await waiting.catch((error) => error), why);
  assertEquals(await sequoia.submit("hello", {}, stop).catch((error) => error), why);
});

/** The example of the manual in a language: the first block of that. */
async function example(language: string, url: string): Promise<string> {
  const text = await Deno.readTextFile(join(ROOT, "docs/clients.md"));
  const [, block] = new RegExp("^```" + language + "\\n([^]*?)^```$", "m").exec(text)!;
  return block!.replace("http://127.0.0.1:7070", url);
}

Deno.test("the examples of the manual run, in Node.js with the package as it is published, and in Python", async () => {
  await using at = await deployed();
  await using _consumer = new Running(["consume", "--out", "none"], at);
  {
    await using api = await serving(at);
    const folder = join(at.cwd, "node_modules/sequoia-qos-client");
    await output([Deno.execPath(), "run", "-A", "--quiet", join(ROOT, "tools/client.ts"), folder]);
    const source = await example("ts ignore", api.url), path = join(at.cwd, "example.mts");
    await Deno.writeTextFile(path, source);
    await Deno.writeTextFile(join(at.cwd, "example.mjs"), (await transform(source, { loader: "ts" })).code);
    assertTyped([path]);
    const minified = await transform(await Deno.readTextFile(join(folder, "mod.js")), { minify: true });
    await endBuilder();
    assert(minified.code.length < 10_000, `${minified.code.length} bytes`);
    const [out] = await output(["node", join(at.cwd, "example.mjs")]);
    for (const line of ["completed", "2500 0", "id-conflict 409"]) assertStringIncludes(out, line);
  }
  await using again = await deployed();
  await using _other = new Running(["consume", "--out", "none"], again);
  await using api = await serving(again);
  const program = `import sys; sys.path.insert(0, ${JSON.stringify(PYTHON)})\n${await example(
    "python",
    api.url,
  )}`;
  const [out] = await output(["python3", "-c", program]);
  for (const line of ["completed", "2500 0", "id-conflict 409"]) assertStringIncludes(out, line);
});

Deno.test("a callback is verified by its signature, its time and its body", async () => {
  const secret = `whsec_${btoa("0123456789abcdef01234567")}`, id = "end_1";
  const body = JSON.stringify({ type: "instance.completed", timestamp: "", data: { id: "a" } });
  const seconds = Math.floor(Date.now() / 1000);
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode("0123456789abcdef01234567"),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  const signature = `v1,AAAA v1,${btoa(String.fromCharCode(...new Uint8Array(signed)))}`;
  const headers = { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signature };
  const other = `whsec_${btoa("another secret of 24 byte")}`;
  assertEquals((await verifyCallback({ body, headers, secret: `${other} ${secret}` })).data.id, "a");
  const changes: Partial<Parameters<typeof verifyCallback>[0]>[] = [
    { body: body.replace("a", "b") },
    { secret: other },
    { headers: { ...headers, "webhook-timestamp": String(seconds - 400) } },
    { headers: { ...headers, "webhook-signature": "v1,AAAA" } },
    { headers: {} },
  ];
  for (const change of changes) {
    const refused = () => verifyCallback({ body, headers, secret, ...change });
    assertEquals((await assertRejects(refused, SequoiaError)).code, "bad-signature");
  }
  const program = `import sys, json; sys.path.insert(0, sys.argv[1])
from sequoia_client import SequoiaError, verify_callback
body, headers, secret, other = json.loads(sys.argv[2])
assert verify_callback(body, headers, other + " " + secret)["data"]["id"] == "a"
late = {**headers, "webhook-timestamp": "1"}
for given in ((body + " ", headers, secret), (body, headers, other), (body, late, secret), (body, {}, secret)):
    try:
        verify_callback(*given)
    except SequoiaError as error:
        assert error.code == "bad-signature"
    else:
        raise AssertionError(given)`;
  await output(["python3", "-c", program, PYTHON, JSON.stringify([body, headers, secret, other])]);
});
