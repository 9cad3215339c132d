import { assertEquals, assertThrows } from "@std/assert";
import { arrivalProcess } from "./arrival_process.ts";

Deno.test("arrivalProcess() reads each process", () => {
  assertEquals(arrivalProcess("gamma:5,cv=2"), { kind: "gamma", ratePerS: 5, shape: 0.25 });
  assertEquals(arrivalProcess("weibull:300/m,shape=0.5"), { kind: "weibull", ratePerS: 5, shape: 0.5 });
  assertEquals(arrivalProcess("bursts:2..50,for=5s,every=1m"), {
    kind: "bursts",
    ratePerS: 2,
    burstPerS: 50,
    everyMs: 60_000,
    forMs: 5000,
  });
  assertEquals(arrivalProcess("daily:1..20,period=1d"), {
    kind: "daily",
    lowPerS: 1,
    highPerS: 20,
    periodMs: 86_400_000,
  });
  assertEquals(arrivalProcess("ramp:1..50,over=10m"), {
    kind: "ramp",
    fromPerS: 1,
    toPerS: 50,
    overMs: 600_000,
  });
  assertEquals(arrivalProcess("steps:5@1m,0@2s,300/m@30s"), {
    kind: "steps",
    steps: [{ ratePerS: 5, forMs: 60_000 }, { ratePerS: 0, forMs: 2000 }, { ratePerS: 5, forMs: 30_000 }],
  });
});

Deno.test("arrivalProcess() says what to write instead", () => {
  const table: [string, string][] = [
    ["gama:5,cv=2", 'Cannot use "gama:5,cv=2" as arrivals; did you mean "gamma"? Choose from gamma, weibull'],
    ["constructor:1", 'Cannot use "constructor:1" as arrivals. Choose from'],
    ["gamma:5", 'Cannot read "gamma:5" as arrivals. Write it as gamma:5,cv=2'],
    ["gamma:5,cv=2,cv=3", "Write it as gamma:5,cv=2"],
    ["ramp:1,over=10m", "Write it as ramp:1..50,over=10m"],
    ["steps:5", "Write it as steps:5@1m,20@30s"],
    [
      "ramp:10..600/m,over=1m",
      "one rate has a unit, and one has none, which is per second. Write 10/m..600/m",
    ],
  ];
  for (const [text, message] of table) assertThrows(() => arrivalProcess(text), SyntaxError, message);
  assertEquals(arrivalProcess("ramp:10..50/s,over=1m"), arrivalProcess("ramp:10/s..50,over=1m"));
  assertThrows(() => arrivalProcess("gamma:5,cv=0"), RangeError, "Cannot use the cv 0: the shape must be");
  assertThrows(() => arrivalProcess("weibull:5,shape=x"), RangeError, "Cannot use the shape NaN");
  assertThrows(() => arrivalProcess("daily:20..1,period=1d"), RangeError, "the second rate must not be less");
  assertThrows(() => arrivalProcess("bursts:2..x,every=1m,for=5s"), SyntaxError, 'Cannot read "x" as a rate');
});
