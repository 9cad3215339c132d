import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { tokenServer, type TokenServerOptions } from "../../../tests/google/token_server.ts";
import { realClock } from "../../model/mod.ts";
import { openIdTokens } from "./open.ts";
import { IdTokenError } from "./token_error.ts";

const AUDIENCE = "https://f.run.app/é";

/** A machine with these variables and files. */
function tokensOn(variables: Record<string, string>, files: Record<string, string | Error> = {}) {
  return openIdTokens({
    clock: realClock,
    variable: (name) => variables[name],
    readFile(path) {
      const file = files[path];
      return file instanceof Error ? Promise.reject(file) : Promise.resolve(file);
    },
  });
}

function claims(token: string): { readonly aud: string } {
  return JSON.parse(atob(token.split(".")[1]!));
}

/** The reason why a machine has no token. */
async function reason(variables: Record<string, string>, files?: Record<string, string | Error>) {
  using tokens = tokensOn(variables, files);
  return (await assertRejects(async () => await tokens.of("https://f.run.app"), IdTokenError)).message;
}

Deno.test("ID tokens come from the metadata server, for the audience that is asked for", async () => {
  await using server = tokenServer();
  for (const host of [server.host, `http://${server.host}/`]) {
    using tokens = tokensOn({ GCE_METADATA_HOST: host, GOOGLE_APPLICATION_CREDENTIALS: "" });
    assertEquals(claims(await tokens.of("https://f.run.app")).aud, "https://f.run.app");
  }
  assertEquals([server.given, server.refused], [["https://f.run.app", "https://f.run.app"], []]);
});

Deno.test("ID tokens are signed for by a service account's key", async () => {
  await using server = tokenServer();
  const variables = { GOOGLE_APPLICATION_CREDENTIALS: "/key.json", GCE_METADATA_HOST: "127.0.0.1:1" };
  using tokens = tokensOn(variables, { "/key.json": await server.keyFile() });
  const token = await tokens.of(AUDIENCE);
  assert(token.startsWith("ey"));
  assertEquals([server.given, server.refused], [[AUDIENCE], []]);
  const other = tokenServer();
  await using _ = other;
  const stranger = JSON.parse(await other.keyFile()), known = JSON.parse(await server.keyFile());
  const mixed = JSON.stringify({ ...known, private_key: stranger.private_key });
  const why = await reason(variables, { "/key.json": mixed });
  assertStringIncludes(
    why,
    `${server.host} gives none: it answered with status 400: invalid_grant: Invalid JWT`,
  );
  assertStringIncludes(why, "Check the key file /key.json, and the clock of this machine");
});

Deno.test("a key file that cannot be used is said, with what to do, and never shown", async () => {
  const key = {
    type: "service_account",
    client_email: "a@b",
    private_key: "hidden",
    token_uri: "http://127.0.0.1:1/",
  };
  const { private_key: _, ...without } = key;
  const cases: [string | Error | undefined, string][] = [
    [undefined, "is not there. Check the path"],
    [new Error("Permission denied"), "cannot be read: Permission denied. Check it, and its rights"],
    ["hidden, no JSON", "is none of a service account. Create a key of the service account as JSON"],
    [
      JSON.stringify({ type: "authorized_user", x: "hidden" }),
      "is none of a service account but of the type authorized_user",
    ],
    [JSON.stringify(without), "lacks client_email, private_key or token_uri"],
    [JSON.stringify({ ...key, token_uri: "file:///etc" }), "lacks client_email, private_key or token_uri"],
    [JSON.stringify(key), "cannot be used. Create the key again, as JSON"],
  ];
  for (const [file, words] of cases) {
    const files = file === undefined ? {} : { "/key.json": file };
    const why = await reason({ GOOGLE_APPLICATION_CREDENTIALS: "/key.json" }, files);
    assertStringIncludes(why, "the key file /key.json (GOOGLE_APPLICATION_CREDENTIALS)".slice(0, 23));
    assertStringIncludes(why, words);
    assert(!why.includes("hidden"));
  }
});

Deno.test("a server of tokens that gives none is named, with what it says and what to do", async () => {
  const of = async (instead: TokenServerOptions["instead"]) => {
    await using server = tokenServer({ ...instead && { instead } });
    return (await reason({ GCE_METADATA_HOST: server.host })).replace(server.host, "HOST");
  };
  assertEquals(
    await of(() => new Response("Service account not found", { status: 404 })),
    "the metadata server HOST gives none: it answered with status 404: Service account not found. Give this machine " +
      "a service account that may call the function",
  );
  assertStringIncludes(await of(() => new Response("<html>login</html>")), "its answer is no ID token");
  assertStringIncludes(
    await of(() => Response.redirect("http://127.0.0.1:1/")),
    "it answered with status 302",
  );
  const none = await reason({ GCE_METADATA_HOST: "127.0.0.1:1" });
  assertStringIncludes(none, "the metadata server 127.0.0.1:1 does not answer: ");
  assertStringIncludes(
    none,
    ". Run this on Google Cloud, or set GOOGLE_APPLICATION_CREDENTIALS to the key file",
  );
});
