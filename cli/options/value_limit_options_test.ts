import { assertEquals, assertThrows } from "@std/assert";
import { byKind, ceiling, floor, labelLimit, limitsByName } from "./value_limit_options.ts";

Deno.test("limitsByName() reads a number for a name, for each other one, or several at once", () => {
  const read = limitsByName("functions");
  assertEquals(read("compile=5"), ["functions", { compile: 5 }]);
  assertEquals(read("*=20"), ["functions", { "*": 20 }]);
  assertEquals(read("compile:5,*:20"), ["functions", { compile: 5, "*": 20 }]);
  assertEquals(read("a:b=5"), ["functions", { "a:b": 5 }]);
  for (const wrong of ["compile", "compile=", "compile=x", "compile:5,x", ":5"]) {
    assertThrows(() => read(wrong), Error, "Write ", wrong);
  }
});

Deno.test("ceiling() reads the limits of functions, chains and labels in one spelling", () => {
  assertEquals(ceiling("function=compile:5"), ["functions", { compile: 5 }]);
  assertEquals(ceiling("chain=nightly:5,*:20"), ["chains", { nightly: 5, "*": 20 }]);
  assertEquals(ceiling("tenant=acme:100"), labelLimit("tenant=acme:100"));
  assertEquals(ceiling("tenant=20"), [{ label: "tenant" }, { "*": 20 }]);
  assertThrows(() => ceiling("tenant"), Error, "Write ");
});

Deno.test("byKind() adds options up, and a later one counts for the same value", () => {
  const options = [
    limitsByName("functions")("compile=5"),
    labelLimit("tenant=acme:5"),
    labelLimit("tenant=20"),
    ceiling("function=compile:7,*:9"),
    labelLimit("function=x:1"),
  ];
  assertEquals(byKind(options), {
    functions: { compile: 7, "*": 9 },
    chains: {},
    labels: { tenant: { acme: 5, "*": 20 }, function: { x: 1 } },
  });
});

Deno.test("a value that is named twice in one option is refused, whatever reads it", () => {
  const twice = [
    () => ceiling("tenant=a:5,a:6"),
    () => floor("tenant=a:5,b:1,a:5"),
    () => labelLimit("tenant=*:5,*:6"),
    () => limitsByName("functions")("compile:5,compile:6"),
  ];
  for (const read of twice) assertThrows(read, SyntaxError, "has two numbers. Write each value once");
});

Deno.test("floor() reads the floors of values that are named", () => {
  assertEquals(floor("tenant=acme:20,other:5"), [{ label: "tenant" }, { acme: 20, other: 5 }]);
  assertEquals(floor("function=compile:5"), ["functions", { compile: 5 }]);
  for (const wrong of ["tenant", "tenant=20", "tenant=acme:x"]) {
    assertThrows(() => floor(wrong), Error, "Write ", wrong);
  }
  const whole =
    'Cannot read "acme": it has no number. Write tenant=acme:N, or several: tenant=VALUE:N,VALUE:N';
  assertThrows(() => floor("tenant=acme"), SyntaxError, whole);
  assertThrows(() => ceiling("chain=a:5,b"), SyntaxError, 'Cannot read "b" of "a:5,b": it has no number');
});

Deno.test("ceiling() and floor() say what to write where : and = have changed places, or the number is missing", () => {
  for (
    const [text, words] of [
      ["tenant:acme=5", 'Cannot read "tenant:acme=5". Write tenant=acme:5'],
      ["tenant=acme=5", 'Cannot read "tenant=acme=5". Write tenant=acme:5'],
      [
        "tenant=acme",
        'Cannot read "acme": it has no number. Write tenant=acme:N, or several: tenant=VALUE:N,VALUE:N',
      ],
    ] as const
  ) assertThrows(() => floor(text), SyntaxError, words);
  assertThrows(() => ceiling("tenant=acme=5"), SyntaxError, "Write tenant=acme:5");
});
