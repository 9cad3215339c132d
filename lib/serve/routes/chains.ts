import { z } from "@hono/zod-openapi";
import { nearest, parseDuration, traceContextOf } from "../../model/mod.ts";
import type { DeployedChain, QueueAdmin } from "../../queue/mod.ts";
import type { Caller } from "../caller.ts";
import { chainName, isInPaths, NOT_IN_PATHS, waitField } from "../fields.ts";
import { instanceBody, instanceSchema } from "../instance_body.ts";
import { json } from "../json.ts";
import type { RouteGroup } from "../parts.ts";
import { ProblemError } from "../problems.ts";
import {
  argsTexts,
  MOST_AT_ONCE,
  type Submission,
  type SubmissionContext,
  submissionReader,
  submissionSchema,
} from "../submission.ts";
import { type Outcome, submitAll } from "../submit.ts";
import { waitForEnd } from "../wait_for_end.ts";
import { answered, bodyOf, CONFLICT, NOT_FOUND, OF_BODIES, route, UNPROCESSABLE } from "./route.ts";

const nameParameter = z.object({
  name: chainName.openapi({
    param: { name: "name", in: "path" },
    description: "The name of a deployed chain.",
  }),
});

const chainSchema = z.object({
  name: z.string(),
  version: z.string().openapi({
    description: "SHA-256 of the chain and its defaults: the same content has the same version.",
  }),
  deployedAtMs: z.number(),
  nodes: z.array(z.object({ name: z.string(), calls: z.string(), after: z.array(z.string()) }))
    .openapi({
      description: "Its nodes: the function or the chain that each calls, and the nodes before it.",
    }),
  defaults: z.record(z.string(), z.unknown()).openapi({
    description: "What its submissions have unless they say otherwise.",
  }),
}).openapi("Chain");

const chainsSchema = z.object({ chains: z.array(chainSchema) });

const acceptedSchema = z.object({
  id: z.string(),
  chain: z.string(),
  existing: z.boolean().openapi({
    description: "Whether the queue had this instance before, with the same content.",
  }),
  instance: instanceSchema.optional().openapi({
    description: "The instance after the wait, if the request has waited.",
  }),
}).openapi("Accepted");

const batchSchema = z.object({
  created: z.int(),
  existing: z.int(),
  refused: z.int(),
  results: z.array(z.object({
    id: z.string(),
    outcome: z.enum(["created", "existing", "conflict"])
      .openapi({
        description:
          "`conflict`: the id is known with another chain or other args, and nothing was submitted under it.",
      }),
  })).openapi({ description: "In the order of the request." }),
}).openapi("Batch");

/** Deployed chains, and submitting instances of them. */
export const chainRoutes: RouteGroup = (app, parts) => {
  for (const addRoute of [listChains, getChain, submitInstances]) addRoute(app, parts);
};

const listChains: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const all = route(parts, { scope: "read" }, {
    method: "get",
    path: "/v1/chains",
    operationId: "listChains",
    tags: ["chains"],
    summary: "The deployed chains, by name",
    responses: { 200: answered("The chains.", chainsSchema) },
  });
  app.openapi(all, async (c) => {
    const chains = [];
    for await (const deployed of queue.deployments()) chains.push(chainBody(deployed, c.get("caller")));
    return json(chainsSchema, { chains }, 200);
  });
};

const getChain: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const one = route(parts, { scope: "read" }, {
    method: "get",
    path: "/v1/chains/{name}",
    operationId: "getChain",
    tags: ["chains"],
    summary: "One deployed chain",
    request: { params: nameParameter },
    responses: { 200: answered("The chain.", chainSchema), ...NOT_FOUND },
  });
  app.openapi(
    one,
    async (c) =>
      json(chainSchema, chainBody(await deployedOf(queue, c.req.valid("param").name), c.get("caller")), 200),
  );
};

const submitInstances: RouteGroup = (app, parts) => {
  const { queue, clock } = parts;
  const read = submissionReader(parts.random);
  const submit = route(parts, { scope: "submit" }, {
    method: "post",
    path: "/v1/chains/{name}",
    operationId: "submit",
    tags: ["chains"],
    summary: "Submits one instance of a deployed chain, or a list of them",
    description:
      `Answers when the instances would survive a crash. A list, of at most ${MOST_AT_ONCE}, is answered with the ` +
      "outcome of each. The same id with the same chain and args again is one instance. A queue on Kafka cannot tell " +
      "whether an id is known, and says that all are new.",
    request: {
      params: nameParameter,
      query: z.strictObject({ wait: waitField.optional() }),
      headers: z.object({
        "idempotency-key": z.string().regex(
          /^(?:"[!-~]{1,256}"|[!-~]{1,256})$/,
          "Write 1 to 256 visible ASCII characters",
        ).optional()
          .openapi({ description: "The id of the one instance, unless the body has an id." }),
        traceparent: z.string().optional().openapi({
          description: "The caller's trace, by W3C Trace Context; one that cannot be read is passed over.",
        }),
        tracestate: z.string().optional().openapi({ description: "The additions to that." }),
      }),
      body: bodyOf(z.union([submissionSchema, z.array(submissionSchema).min(1).max(MOST_AT_ONCE)])),
    },
    responses: {
      200: answered("The queue had this instance, or some of these.", z.union([acceptedSchema, batchSchema])),
      201: answered("Submitted: new, and durable.", z.union([acceptedSchema, batchSchema])),
      207: answered("Some of these are in conflict with what the queue has.", batchSchema),
      ...NOT_FOUND,
      ...CONFLICT,
      ...OF_BODIES,
      ...UNPROCESSABLE,
    },
  });
  app.openapi(submit, async (c) => {
    const given = c.req.valid("json"), { wait } = c.req.valid("query"), { name } = c.req.valid("param");
    const headers = c.req.valid("header"), caller = c.get("caller");
    const isMany = Array.isArray(given), submissions = isMany ? given : [given];
    const context: SubmissionContext = {
      deployed: await deployedOf(queue, name),
      caller,
      nowMs: clock.wallMs(),
      idempotencyKey: idempotencyKey(headers["idempotency-key"], given),
      trace: traceContextOf(headers.traceparent, headers.tracestate),
    };
    const args = argsTexts(await c.req.text(), isMany);
    const instances = submissions.map((submission, i) => read(submission, args[i], context));
    const outcomes = await submitAll(queue, instances, caller);
    if (isMany) return batchAnswer(instances.map(({ id }) => id), outcomes);
    const { id } = instances[0]!, [outcome] = outcomes;
    if (outcome === "conflict") throw conflict(id);
    const accepted = { id, chain: name, existing: outcome === "existing" };
    const location = { location: `/v1/instances/${encodeURIComponent(id)}` };
    if (wait === undefined) return json(acceptedSchema, accepted, accepted.existing ? 200 : 201, location);
    const view = await waitForEnd(parts, caller, id, parseDuration(wait), c.req.raw.signal);
    return json(
      acceptedSchema,
      { ...accepted, instance: instanceBody(view) },
      accepted.existing ? 200 : 201,
      location,
    );
  });
};

/** The chain that is deployed under a name. @throws {ProblemError} 404 `unknown-chain` */
async function deployedOf(
  queue: Pick<QueueAdmin, "deployed" | "deployments">,
  name: string,
): Promise<DeployedChain> {
  const deployed = await queue.deployed(name);
  if (deployed !== undefined) return deployed;
  const names = [];
  for await (const { name } of queue.deployments()) names.push(name);
  const hint = nearest(name, names);
  throw new ProblemError(
    404,
    "unknown-chain",
    `Cannot find the chain ${JSON.stringify(name)}: none of this name is deployed` +
      `${
        hint === undefined ? "." : `; did you mean "${hint}"?`
      } See /v1/chains, or deploy it with sequoia deploy FILE`,
  );
}

/** A chain as a caller sees it: tenants do not learn where its ends are told, as URLs of webhooks are as good as keys. */
function chainBody(
  { name, version, deployedAtMs, chain, defaults: { callback, ...defaults } }: DeployedChain,
  { label }: Caller,
): z.infer<typeof chainSchema> {
  const nodes = chain.nodes.map((node) => ({
    name: node.name,
    calls: node.calls ?? node.fn.name,
    after: node.after.map((before) => chain.nodes[before]!.name),
  }));
  return {
    name,
    version,
    deployedAtMs,
    nodes,
    defaults: { ...defaults, ...label === undefined && callback !== undefined && { callback } },
  };
}

/** The id that the header Idempotency-Key gives to the one instance; it may be quoted, as its draft standard says. */
function idempotencyKey(
  header: string | undefined,
  given: Submission | readonly Submission[],
): string | undefined {
  if (header === undefined) return undefined;
  const key = /^"(.+)"$/.exec(header)?.[1] ?? header;
  const fault = (detail: string) => {
    throw new ProblemError(422, "invalid-request", `Cannot use the header Idempotency-Key: ${detail}`, {
      errors: [{ at: "header: idempotency-key", detail }],
    });
  };
  if (Array.isArray(given)) fault("a list has ids of its own. Leave the header out");
  else if (!isInPaths(key)) fault(NOT_IN_PATHS);
  else if ("id" in given && given.id !== undefined && given.id !== key) {
    fault("the body has another id. Leave one of them out");
  }
  return key;
}

function batchAnswer(ids: readonly string[], outcomes: readonly Outcome[]) {
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  const created = count("created"), existing = count("existing"), refused = count("conflict");
  const results = ids.map((id, i) => ({ id, outcome: outcomes[i]! }));
  return json(
    batchSchema,
    { created, existing, refused, results },
    refused > 0 ? 207 : existing > 0 ? 200 : 201,
  );
}

function conflict(id: string): ProblemError {
  return new ProblemError(
    409,
    "id-conflict",
    `Cannot submit ${
      JSON.stringify(id)
    }: the queue has another chain or other args under this id. Choose another id`,
  );
}
