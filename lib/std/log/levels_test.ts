import { assertEquals, assertThrows } from "@std/assert";
import { getLevelByName, getLevelName, type LevelName, LogLevelNames, LogLevels } from "@std/log/levels";

Deno.test("levels have names and numbers, in order of importance", () => {
  assertEquals(LogLevelNames, ["NOTSET", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"]);
  assertEquals(LogLevelNames.map(getLevelByName), [0, 10, 20, 30, 40, 50]);
  assertEquals(LogLevelNames.map(getLevelByName).map(getLevelName), LogLevelNames);
  assertEquals(LogLevels.WARN, 30);
});

Deno.test("getLevelByName() and getLevelName() refuse what is no level", () => {
  assertThrows(() => getLevelByName("LOUD" as LevelName), Error, "Cannot get log level: no level named LOUD");
  assertThrows(() => getLevelName(7 as 10), Error, "Cannot get log level: no name for level: 7");
});
