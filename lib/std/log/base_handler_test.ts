import { assertEquals, assertThrows } from "@std/assert";
import { BaseHandler, type LevelName } from "@std/log/base-handler";
import { LogLevels } from "@std/log/levels";
import { LogRecord } from "@std/log/logger";

class Lines extends BaseHandler {
  readonly lines: string[] = [];
  override log(line: string): void {
    this.lines.push(line);
  }
  override destroy(): void {
    this.lines.push("destroyed");
  }
}

function record(level: 10 | 20 | 30 | 40 | 50): LogRecord {
  return new LogRecord({ msg: "m", args: [], level, loggerName: "l" });
}

Deno.test("BaseHandler writes level and message of what is of its level or above", () => {
  const handler = new Lines("WARN");
  for (const level of [LogLevels.INFO, LogLevels.WARN, LogLevels.CRITICAL] as const) {
    handler.handle(record(level));
  }
  assertEquals(handler.lines, ["WARN m", "CRITICAL m"]);
});

Deno.test("BaseHandler writes lines as its formatter makes them", () => {
  const handler = new Lines("DEBUG", {
    formatter: ({ loggerName, level, msg }) => `${loggerName}:${level}:${msg}`,
  });
  handler.handle(record(LogLevels.ERROR));
  assertEquals(handler.lines, ["l:40:m"]);
});

Deno.test("BaseHandler changes its level by number or name, and refuses others", () => {
  const handler = new Lines("DEBUG");
  handler.level = LogLevels.ERROR;
  assertEquals(handler.levelName, "ERROR");
  handler.levelName = "INFO";
  assertEquals(handler.level, 20);
  assertThrows(() => new Lines("LOUD" as LevelName), Error, "no level named LOUD");
});

Deno.test("BaseHandler is destroyed at the end of its scope", () => {
  const lines = (() => {
    using handler = new Lines("INFO");
    return handler.lines;
  })();
  assertEquals(lines, ["destroyed"]);
});
