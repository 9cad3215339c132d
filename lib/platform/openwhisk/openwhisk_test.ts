import { assertEquals, assertRejects } from "@std/assert";
import { fn, type Outcome, realClock, writeJson } from "../../model/mod.ts";
import { parseUrlPattern } from "../guard/url_pattern.ts";
import type { PlatformSetup } from "../kind.ts";
import { PlatformError } from "../platform.ts";
import { callOf, never } from "../testing.ts";
import { parseSecretPattern } from "../secrets/secret_pattern.ts";
import { Secrets } from "../secrets/secrets.ts";
import { OPENWHISK } from "./kind.ts";

const AUTH = "23bc46b1:123zO3xZCLrMN6v2";

/** A server that is OpenWhisk's API to callers with its key, and a platform of the kind that calls it. */
function openwhisk(
  answer: (request: Request, path: string) => Response,
  setup: Partial<PlatformSetup> = {},
) {
  const seen: string[] = [], bodies: unknown[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(`${request.method} ${pathname}${search}`);
    if (request.method === "POST") bodies.push(await request.json());
    if (request.headers.get("authorization") !== `Basic ${btoa(AUTH)}`) {
      return Response.json({ error: "The supplied authentication is invalid." }, { status: 401 });
    }
    return answer(request, pathname);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const variables: Record<string, string> = { OW_APIHOST: `http://${host}`, OW_AUTH: AUTH };
  const all = {
    clock: realClock,
    variable: (name: string) => variables[name],
    readFile: () => Promise.resolve(undefined),
    ...setup,
  };
  return { host, seen, bodies, setup: all, [Symbol.asyncDispose]: () => server.shutdown() };
}

const ok = (output: Parameters<typeof writeJson>[0]): Outcome => ({ kind: "ok", output: writeJson(output) });

Deno.test("an action is called with the key, and its result is the output", async () => {
  await using at = openwhisk(() => Response.json({ sum: 3 }));
  await using platform = await OPENWHISK.open(at.setup);
  const url = `openwhisk://${at.host}/_/math/add`;
  const { outcome, status } = await platform.invoke(callOf({ url, payload: "args" }), never);
  assertEquals([outcome, status], [ok({ sum: 3 }), 200]);
  assertEquals(at.seen, ["POST /api/v1/namespaces/_/actions/math/add?blocking=true&result=true"]);
  assertEquals(at.bodies, [{ size: 3 }]);
});

Deno.test("an action that takes longer than the API waits is asked for until it has ended", async () => {
  let asked = 0;
  await using at = openwhisk((request) => {
    if (request.method === "POST") return Response.json({ activationId: "abc123" }, { status: 202 });
    return ++asked === 1
      ? Response.json({ error: "The requested resource does not exist." }, { status: 404 })
      : Response.json({ activationId: "abc123", response: { success: true, result: { slow: true } } });
  });
  await using platform = await OPENWHISK.open(at.setup);
  const { outcome } = await platform.invoke(callOf({ url: `openwhisk://${at.host}/guest/slow` }), never);
  assertEquals(outcome, ok({ slow: true }));
  assertEquals(at.seen.slice(1), Array(2).fill("GET /api/v1/namespaces/guest/activations/abc123"));
});

Deno.test("the key goes nowhere but to its own host, and calls only where URLs are allowed", async () => {
  await using at = openwhisk(() => Response.json({}));
  const allowed = [parseUrlPattern(`openwhisk://${at.host}/guest/*`)];
  await using platform = await OPENWHISK.open({ ...at.setup, allowed });
  const reason = async (url: string) => {
    const { outcome } = await platform.invoke(callOf({ url }), never);
    return outcome.kind === "failed" ? [outcome.reason.slice(0, 40), outcome.retryable] : outcome.kind;
  };
  assertEquals(await reason(`openwhisk://${at.host}/guest/f`), "ok");
  assertEquals(
    (await reason(`openwhisk://${at.host}/other/f`))[0],
    `url-refused: openwhisk://${at.host}/other/f`.slice(0, 40),
  );
  await using free = await OPENWHISK.open(at.setup);
  const { outcome } = await free.invoke(callOf({ url: "openwhisk://elsewhere.example.com/guest/f" }), never);
  assertEquals(
    outcome.kind === "failed" && outcome.reason,
    `there is no key for OpenWhisk at elsewhere.example.com, only for ${at.host}. Set OW_APIHOST and OW_AUTH`,
  );
  assertEquals(at.seen.length, 1);
});

Deno.test("an action's headers may refer to secrets that go to its API", async () => {
  const sent: (string | null)[] = [];
  await using at = openwhisk(({ headers }) => {
    sent.push(headers.get("x-key"));
    return Response.json({});
  });
  const allowed = [parseSecretPattern(`env:KEY=http://${at.host}`)];
  const secrets = new Secrets({ ...at.setup, variable: () => "k", allowed });
  await using platform = await OPENWHISK.open({ ...at.setup, secrets });
  const headers = { "x-key": "env:KEY", Authorization: "env:KEY" };
  const { outcome } = await platform.invoke(
    callOf({ url: `openwhisk://${at.host}/guest/f`, headers }),
    never,
  );
  assertEquals([outcome, sent], [ok({}), ["k"]]);
});

Deno.test("an attached namespace or package has its actions by the names of functions", async () => {
  await using at = openwhisk(() => Response.json({ done: true }));
  for (const [place, path] of [["guest", "guest/actions/f"], ["guest/pack", "guest/actions/pack/f"]]) {
    const url = new URL(`openwhisk://${at.host}/${place}`);
    assertEquals(OPENWHISK.isPlace(url), true);
    await using platform = await OPENWHISK.open(at.setup, { name: "ow", url });
    const call = { ...callOf({}), spec: fn("f") };
    assertEquals((await platform.invoke(call, never)).outcome, ok({ done: true }));
    assertEquals(at.seen.at(-1), `POST /api/v1/namespaces/${path}?blocking=true&result=true`);
  }
  for (
    const no of ["openwhisk://host", "openwhisk://host/", "openwhisk://host/a/b/c", "openwhisk://host/a/"]
  ) {
    assertEquals(OPENWHISK.isPlace(new URL(no)), false, no);
  }
  const without = { ...at.setup, variable: () => undefined };
  await assertRejects(() => OPENWHISK.open(without), PlatformError, "there is no key");
});
