import { z } from "@hono/zod-openapi";
import { type Pause, pauseName } from "../../model/mod.ts";
import { checkedPolicyOf } from "../../policies/mod.ts";
import { type AnySettingCommand, CANCELLABLE, type Filter } from "../../queue/mod.ts";
import {
  changeSettings,
  type LimitSettings,
  limitsFault,
  placeOf,
  setLimits,
  setPolicy,
  type Taken,
} from "../../steer/mod.ts";
import { chainName, dryRunField, dryRunQuery, labelInQuery } from "../fields.ts";
import { json } from "../json.ts";
import type { AppParts, RouteGroup } from "../parts.ts";
import { ProblemError } from "../problems.ts";
import {
  byValueOf,
  changedSchema,
  limitsSchema,
  pauseOf,
  pauseSchema,
  settingsBody,
  settingsSchema,
  takenBody,
} from "../settings_body.ts";
import { answered, bodyOf, NOT_FOUND, OF_BODIES, route, UNPROCESSABLE } from "./route.ts";

/** Most instances that a dry run counts. */
const MOST_COUNTED = 1000;

const policySchema = z.strictObject({
  name: z.string().min(1).max(256).openapi({
    description:
      "A built-in policy, or several joined by `+`; policies in files are set by `sequoia queue policy`.",
    example: "fair-share+shortest-job-first",
  }),
}).openapi("NewPolicy");

const query = dryRunQuery;
const changed = { 200: answered("Set, or what would be set.", changedSchema) };

const LOOK = { scope: "read", ofAll: true } as const, STEER = { scope: "steer", ofAll: true } as const;
const TAGS = ["settings"];

/** The settings of all consumers, also of those that come later. */
export const settingsRoutes: RouteGroup = (app, parts) => {
  for (const addRoute of [lookAtSettings, resetSettings, putPolicy, putLimits, addPause, removePause]) {
    addRoute(app, parts);
  }
};

const lookAtSettings: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const get = route(parts, LOOK, {
    tags: TAGS,
    method: "get",
    path: "/v1/settings",
    operationId: "getSettings",
    summary: "What is set for all consumers",
    responses: { 200: answered("The settings.", settingsSchema) },
  });
  app.openapi(get, async () => json(settingsSchema, settingsBody(await queue.settings()), 200));
};

const resetSettings: RouteGroup = (app, parts) => {
  const reset = route(parts, STEER, {
    tags: TAGS,
    method: "delete",
    path: "/v1/settings",
    operationId: "resetSettings",
    summary: "Takes all settings back, pauses too: each consumer goes by its own",
    request: { query },
    responses: changed,
  });
  app.openapi(
    reset,
    async (c) =>
      c.req.valid("query").dryRun ? await dryAnswer(parts) : await changedAnswer(parts, { kind: "reset" }),
  );
};

const putPolicy: RouteGroup = (app, parts) => {
  const { queue, clock } = parts;
  const policy = route(parts, STEER, {
    tags: TAGS,
    method: "put",
    path: "/v1/settings/policy",
    operationId: "setPolicy",
    summary: "All consumers go by this policy",
    request: { query, body: bodyOf(policySchema) },
    responses: { ...changed, ...OF_BODIES, ...UNPROCESSABLE },
  });
  app.openapi(policy, async (c) => {
    const { name } = c.req.valid("json");
    checkedPolicyOf(name);
    if (c.req.valid("query").dryRun) return await dryAnswer(parts);
    const outcome = await setPolicy(queue, { id: crypto.randomUUID(), name }, clock);
    if (outcome.kind === "set") return await settingsAnswer(parts, outcome);
    const why = outcome.kind === "failed"
      ? `${outcome.failed.by} says: ${outcome.failed.reason}. The policy before it is in force again`
      : `${outcome.by.map(placeOf).join(", ")} would refuse it. Nothing was set`;
    throw new ProblemError(422, "refused", `Cannot go by the policy ${name}: ${why}`);
  });
};

const putLimits: RouteGroup = (app, parts) => {
  const { queue, clock } = parts;
  const limits = route(parts, STEER, {
    tags: TAGS,
    method: "put",
    path: "/v1/settings/limits",
    operationId: "setLimits",
    summary: "All consumers together go by these limits; those that are left out stay as they are",
    request: { query, body: bodyOf(limitsSchema) },
    responses: { ...changed, ...OF_BODIES, ...UNPROCESSABLE },
  });
  app.openapi(limits, async (c) => {
    const { limit, fixed, ceilings, floors } = c.req.valid("json");
    const given: LimitSettings = {
      ...limit !== undefined && { limit },
      ...fixed === true && { fixed },
      ...ceilings !== undefined && { ceilings: byValueOf(ceilings) },
      ...floors !== undefined && { floors: byValueOf(floors) },
    };
    if (c.req.valid("query").dryRun) {
      const fault = await limitsFault(queue, given);
      if (fault !== undefined) throw limitsRefused(fault, "Nothing would be set");
      return await dryAnswer(parts);
    }
    const outcome = await setLimits(queue, given, clock);
    if (outcome.kind === "set") return await settingsAnswer(parts, outcome);
    throw limitsRefused(
      outcome,
      outcome.kind === "impossible" ? "Nothing was set" : "Those before are in force again",
    );
  });
};

const addPause: RouteGroup = (app, parts) => {
  const pause = route(parts, STEER, {
    tags: TAGS,
    method: "post",
    path: "/v1/settings/pauses",
    operationId: "pause",
    summary: "Lets nothing start that is meant, until that is taken back; an empty object means everything",
    request: { query, body: bodyOf(pauseSchema) },
    responses: { ...changed, ...OF_BODIES },
  });
  app.openapi(pause, async (c) => {
    const pause = pauseOf(c.req.valid("json"));
    if (c.req.valid("query").dryRun) return await dryAnswer(parts, pause);
    return await changedAnswer(parts, { kind: "pause", pause });
  });
};

const removePause: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const resume = route(parts, STEER, {
    tags: TAGS,
    method: "delete",
    path: "/v1/settings/pauses",
    operationId: "resume",
    summary:
      "Takes a pause back; without chain, function and label the one of everything, with all=true every pause",
    request: {
      query: dryRunQuery.extend({
        all: dryRunField.openapi({ description: "With `true`, every pause is taken back. (Default: false)" }),
        chain: chainName.optional(),
        function: chainName.optional(),
        label: labelInQuery,
      }),
    },
    responses: { ...changed, ...NOT_FOUND },
  });
  app.openapi(resume, async (c) => {
    const { dryRun, all = false, chain, function: fn, label } = c.req.valid("query");
    const [pair] = Object.entries(label ?? {});
    const meant = pauseOf({ chain, function: fn, label: pair && { name: pair[0], value: pair[1] } });
    const { pauses } = await queue.settings();
    if (!all && !pauses.some((each) => pauseName(each) === pauseName(meant))) {
      throw new ProblemError(
        404,
        "not-found",
        `Cannot resume ${pauseName(meant)}: it is not paused. See /v1/settings`,
      );
    }
    if (dryRun) return await dryAnswer(parts, all ? {} : meant);
    return await changedAnswer(parts, { kind: "resume", ...!all && { pause: meant } });
  });
};

function limitsRefused(
  { reason, by }: { readonly reason: string; readonly by?: Parameters<typeof placeOf>[0] },
  left: string,
) {
  const at = by === undefined ? "" : ` at ${placeOf(by)}`;
  return new ProblemError(422, "refused", `Cannot go by these limits${at}: ${reason}. ${left}`);
}

async function changedAnswer(parts: AppParts, command: AnySettingCommand) {
  return await settingsAnswer(parts, await changeSettings(parts.queue, command, parts.clock));
}

async function settingsAnswer({ queue }: AppParts, taken: Taken) {
  return json(changedSchema, {
    dryRun: false,
    settings: settingsBody(await queue.settings()),
    ...takenBody(taken),
  }, 200);
}

/** Answers with the reach of a change: the consumers that live, and the instances that a pause means. */
async function dryAnswer({ queue }: AppParts, pause?: Pause) {
  const [settings, consumers, instances] = await Promise.all([
    queue.settings(),
    queue.consumers(),
    pause?.function === undefined && pause !== undefined ? countOf(queue, pause) : undefined,
  ]);
  return json(changedSchema, {
    dryRun: true,
    settings: settingsBody(settings),
    consumers: consumers.length,
    refusedBy: [],
    unanswered: [],
    ...instances !== undefined && { instances },
  }, 200);
}

async function countOf(queue: AppParts["queue"], { chain, label }: Pause): Promise<number> {
  const filter: Filter = {
    states: CANCELLABLE,
    ...chain !== undefined && { chain },
    ...label !== undefined && { labels: { [label.name]: label.value } },
  };
  return (await queue.page(filter, { limit: MOST_COUNTED })).lines.length;
}
