import { assertEquals, assertThrows } from "@std/assert";
import { parseSecretPattern } from "./secret_pattern.ts";

Deno.test("parseSecretPattern() names secrets, never by a whole folder's tree or all variables", () => {
  const cases: [pattern: string, named: string[], others: string[]][] = [
    ["env:KEY", ["env:KEY"], ["env:KEY2", "env:key", "file:KEY", "env:KE", "env:KEY\n"]],
    ["env:APP_*", ["env:APP_", "env:APP_KEY"], ["env:APP", "env:AWS_KEY", "env:APP/../X"]],
    ["env:APP_*_KEY", ["env:APP_A_KEY"], ["env:APP_KEY"]],
    ["file:/run/key", ["file:/run/key"], ["file:/run/key2", "file:/run//key", "file:/run/../run/key"]],
    [
      "file:/run/secrets/*",
      ["file:/run/secrets/a", "file:/run/secrets/..data"],
      ["file:/run/secrets/../key", "file:/run/secrets/..", "file:/run/secrets/a/b", "file:/run/secrets/a\\b"],
    ],
    ["file:./keys/*.txt", [], ["file:./keys/a.txt"]],
    ["file:keys/*.txt", ["file:keys/a.txt"], ["file:keys/a.pem", "file:./keys/a.txt"]],
  ];
  for (const [pattern, named, others] of cases) {
    if (pattern.startsWith("file:./")) {
      assertThrows(() => parseSecretPattern(pattern), SyntaxError);
      continue;
    }
    const { names, isBound } = parseSecretPattern(pattern);
    assertEquals(isBound, false);
    assertEquals(named.filter((reference) => !names(reference)), [], pattern);
    assertEquals(others.filter(names), [], pattern);
  }
});

Deno.test("parseSecretPattern() binds secrets to URLs", () => {
  const { isBound, names, mayGoTo } = parseSecretPattern("env:KEY=https://*.example.com/run/*");
  assertEquals([isBound, names("env:KEY")], [true, true]);
  assertEquals(mayGoTo(new URL("https://a.example.com/run/f?x=1")), true);
  for (const url of ["http://a.example.com/run/f", "https://a.example.com/f", "https://evil.example/run/f"]) {
    assertEquals(mayGoTo(new URL(url)), false, url);
  }
});

Deno.test("parseSecretPattern() names ID tokens for the URL that they go to, or for one other audience", () => {
  const own = parseSecretPattern("google=https://*.run.app"),
    other = parseSecretPattern("google:shop=https://a.b");
  assertEquals([own.names("google"), own.names("google:shop"), own.names("google=x")], [true, false, false]);
  assertEquals([other.names("google:shop"), other.names("google:shop2"), other.names("google")], [
    true,
    false,
    false,
  ]);
  assertEquals(own.mayGoTo(new URL("https://f.run.app/x")), true);
  assertEquals(own.mayGoTo(new URL("http://f.run.app/x")), false);
});

Deno.test("parseSecretPattern() refuses what names too much, or nothing", () => {
  const bad = [
    ...["KEY", "env:", "env:*", "env:A B", "env:A*B*", "file:", "file:*", "file:/*", "file:/run/*/key"],
    ...["file:/run/../etc/*", "file:/run/secrets/..", "file:/a/**", "env:KEY=", "env:KEY=example.com"],
    ...["https://host", "ENV:KEY", "google", "google:shop", "google:*=https://host", "google:=https://host"],
  ];
  for (const text of bad) assertThrows(() => parseSecretPattern(text), SyntaxError, "Write", text);
});
