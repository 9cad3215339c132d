import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { realClock } from "../../model/mod.ts";
import { Credentials } from "./credentials.ts";
import { PlatformError } from "../platform.ts";

const FILES: Record<string, string> = {
  "/home/u/.aws/credentials": `
# a comment
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key=default-secret

[ work ]
AWS_ACCESS_KEY_ID = WORK
aws_secret_access_key = work=secret/+
aws_session_token = work-token
`,
  "/home/u/.aws/config": `[default]\r\nregion = us-east-1\r\n
[profile config]\r\naws_access_key_id = CONFIG\r\naws_secret_access_key = config-secret\r\n
[profile sso]\r\nsso_session = corp\r\n[profile empty]\r\n`,
  "/elsewhere": "[default]\naws_access_key_id = ELSEWHERE\naws_secret_access_key = e\n",
};

const from = (variables: Record<string, string>, files = FILES) =>
  new Credentials({
    clock: realClock,
    variable: (name) => ({ HOME: "/home/u", ...variables })[name],
    readFile: (path) => Promise.resolve(files[path]),
  });

Deno.test("Credentials.get() looks where AWS's tools do, in their order", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "ENV", AWS_SECRET_ACCESS_KEY: "env-secret" };
  const cases: [Record<string, string>, string, string, string?][] = [
    [{}, "DEFAULT", "default-secret"],
    [{ AWS_PROFILE: "work" }, "WORK", "work=secret/+", "work-token"],
    [{ AWS_PROFILE: "config" }, "CONFIG", "config-secret"],
    [{ AWS_SHARED_CREDENTIALS_FILE: "/elsewhere" }, "ELSEWHERE", "e"],
    [{ ...keys, AWS_PROFILE: "work" }, "ENV", "env-secret"],
    [{ ...keys, AWS_SESSION_TOKEN: "t" }, "ENV", "env-secret", "t"],
    [{ ...keys, AWS_SESSION_TOKEN: "" }, "ENV", "env-secret"],
    [{ AWS_ACCESS_KEY_ID: "half" }, "DEFAULT", "default-secret"],
  ];
  for (const [variables, accessKeyId, secretAccessKey, sessionToken] of cases) {
    const token = sessionToken === undefined ? {} : { sessionToken };
    assertEquals(await from(variables).get(), { accessKeyId, secretAccessKey, ...token });
  }
});

Deno.test("Credentials.get() says what to do where there are none", async () => {
  const says = (variables: Record<string, string>, text: string, files = FILES) =>
    assertRejects(async () => await from(variables, files).get(), PlatformError, text);
  await says({}, "there are no credentials. Set AWS_ACCESS_KEY_ID", {});
  await says({ AWS_PROFILE: "empty" }, "the profile empty has no keys");
  await says({ AWS_PROFILE: "missing" }, "the profile missing has no keys");
  await says({ AWS_PROFILE: "sso" }, "the profile sso goes by sso_session, which is not done here");
  await says(
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/" },
    "the container gives no credentials",
    {},
  );
});

Deno.test("Credentials.get() gets a container's, with its token, and gets them anew before they end", async () => {
  const clock = new VirtualClock();
  let given = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.headers.get("authorization") !== "Bearer token") return Response.json({}, { status: 401 });
    const Expiration = new Date(clock.nowMs() + 3_600_000).toISOString();
    return Response.json({ AccessKeyId: `ID${++given}`, SecretAccessKey: "s", Token: "t", Expiration });
  });
  const variables: Record<string, string> = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${server.addr.port}/creds`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token",
  };
  const readFile = (path: string) => Promise.resolve(path === "/token" ? "Bearer token\n" : undefined);
  const credentials = new Credentials({ clock, variable: (name) => variables[name], readFile });
  const ids = await Promise.all([1, 2, 3].map(async () => (await credentials.get()).accessKeyId));
  assertEquals(ids, ["ID1", "ID1", "ID1"], "they are asked for once");
  await clock.pass(3_299_000);
  assertEquals((await credentials.get()).accessKeyId, "ID1");
  await clock.pass(2000);
  assertEquals((await credentials.get()).accessKeyId, "ID2");
});
