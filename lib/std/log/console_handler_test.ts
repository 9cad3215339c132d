// deno-lint-ignore-file no-console -- that is what is to be seen
import { assertEquals } from "@std/assert";
import { ConsoleHandler } from "@std/log/console-handler";
import { LogLevelNames, LogLevels } from "@std/log/levels";
import { LogRecord } from "@std/log/logger";

function record(level: typeof LogLevels[keyof typeof LogLevels], msg = "m"): LogRecord {
  return new LogRecord({ msg, args: [], level, loggerName: "l" });
}

Deno.test("ConsoleHandler colours by level", { ignore: Deno.noColor }, () => {
  const handler = new ConsoleHandler("DEBUG");
  assertEquals(LogLevelNames.map((name) => handler.format(record(LogLevels[name]))), [
    "NOTSET m",
    "DEBUG m",
    "\x1b[34mINFO m\x1b[39m",
    "\x1b[33mWARN m\x1b[39m",
    "\x1b[31mERROR m\x1b[39m",
    "\x1b[1m\x1b[31mCRITICAL m\x1b[39m\x1b[22m",
  ]);
  // a colour within the message does not end that of the line
  assertEquals(
    handler.format(record(LogLevels.INFO, "\x1b[31ma\x1b[39mb")),
    "\x1b[34mINFO \x1b[31ma\x1b[34mb\x1b[39m",
  );
});

Deno.test("ConsoleHandler does not colour if told not to", () => {
  assertEquals(
    new ConsoleHandler("DEBUG", { useColors: false }).format(record(LogLevels.CRITICAL)),
    "CRITICAL m",
  );
});

Deno.test("ConsoleHandler writes by console.log", () => {
  const lines: unknown[][] = [];
  const { log } = console;
  console.log = (...line) => lines.push(line);
  try {
    const handler = new ConsoleHandler("INFO", { useColors: false, formatter: ({ msg }) => `<${msg}>` });
    handler.handle(record(LogLevels.DEBUG));
    handler.handle(record(LogLevels.INFO));
  } finally {
    console.log = log;
  }
  assertEquals(lines, [["<m>"]]);
});
