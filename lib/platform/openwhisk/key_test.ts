import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PlatformError } from "../platform.ts";
import { readKey } from "./key.ts";

function machine(variables: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  return {
    variable: (name: string) => variables[name],
    readFile: (path: string) => Promise.resolve(files[path]),
  };
}

Deno.test("readKey() finds the key where OpenWhisk's tools keep it, in their order", async () => {
  const file = "APIVERSION=v1\nAPIHOST = localhost:3233\n AUTH=id:file\n";
  const of = (variables: Record<string, string>) =>
    readKey(machine({ HOME: "/home/me", ...variables }, { "/home/me/.wskprops": file, "/etc/wsk": file }));
  assertEquals(await of({}), { origin: "https://localhost:3233", authorization: `Basic ${btoa("id:file")}` });
  assertEquals(await of({ HOME: "/", WSK_CONFIG_FILE: "/etc/wsk" }), await of({}));
  const inside = { __OW_API_HOST: "https://ow:444", __OW_API_KEY: "id:inside" };
  assertEquals(await of(inside), {
    origin: "https://ow:444",
    authorization: `Basic ${btoa("id:inside")}`,
  });
  const set = { OW_APIHOST: "http://127.0.0.1:3233/", OW_AUTH: "id:set" };
  assertEquals((await of({ ...inside, ...set })).origin, "http://127.0.0.1:3233");
});

Deno.test("readKey() says what is wrong, and never shows the key", async () => {
  const wrong: [Record<string, string>, string][] = [
    [{}, "there is no key. Set OW_APIHOST and OW_AUTH"],
    [{ OW_APIHOST: "host/api", OW_AUTH: "id:secret" }, "its API host in OW_APIHOST and OW_AUTH is no host"],
    [{ OW_APIHOST: "host", OW_AUTH: "secret" }, "is not of the form ID:SECRET"],
  ];
  for (const [variables, words] of wrong) {
    const { message } = await assertRejects(() => readKey(machine(variables)), PlatformError);
    assertStringIncludes(message, words);
    assertEquals(message.includes("secret"), false);
  }
});
