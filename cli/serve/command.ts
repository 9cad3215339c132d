import { addressWords } from "../../lib/queue/mod.ts";
import { isLoopback } from "../../lib/web/mod.ts";
import { LiveQueue, lookAt } from "../../lib/live/mod.ts";
import { ApiServer, KeyFile, makeApp, SCOPES, ServeError } from "../../lib/serve/mod.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { choice, many, one, pair, readOptions, text } from "../shell/options.ts";
import { QUEUE_OPTION } from "../options/queue_option.ts";
import { VERSION } from "../shell/version.ts";
import { chance, clock, openQueue, queueAddress, queueNotes } from "../assembly.ts";
import { listenAddress } from "../options/listen_address.ts";
import { outages } from "./outages.ts";
import { checkNewKey, makeKey } from "./new_key.ts";

const options = {
  ...QUEUE_OPTION,
  listen: one("ADDRESS", "where it listens (default 127.0.0.1:7070; port 0: a free one)", listenAddress),
  "allow-host": many(
    "NAME",
    "answer requests that name this host, beside the address and loopback (repeatable)",
    text,
  ),
  keys: one(
    "FILE",
    "callers need a key of this file, which may change meanwhile; loopback alone needs none",
    text,
  ),
  "new-key": one("NAME", "make a key, add it to the file --keys, print it once, and end", text),
  scope: many(
    "SCOPE",
    `new-key: what it may do: ${SCOPES.join(", ")} (repeatable; default read)`,
    choice(...SCOPES),
  ),
  bind: one("K=V", "new-key: it sees and submits only instances with this label", pair),
  ...COMMON,
} as const;

/** Options that say what this one run does: they come from no file and no environment. */
const { "new-key": _newKey, scope: _scope, bind: _bind, ...settings } = options;

/** The address unless the command line names one. */
const DEFAULT_ADDRESS = "127.0.0.1:7070";

/** `sequoia serve` */
export const command: Command = {
  usage: "[options]",
  examples: [
    ["sequoia serve", "answers at http://127.0.0.1:7070"],
    [
      "sequoia serve --keys keys.json --new-key shop --scope submit --scope read",
      "makes a key for callers, and prints it",
    ],
    ["sequoia serve --keys keys.json --listen 0.0.0.0:7070", "answers other machines, if they have a key"],
    [
      "sequoia serve --queue kafka://127.0.0.1:9092 --listen 127.0.0.1:8080",
      "the front door of a queue on Kafka",
    ],
  ],
  options,
  settings,
  isService: true,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 0) throw new UsageError(`serve: unexpected argument "${rest[0]}". See --help`);
    checkNewKey(values);
    if (values["new-key"] !== undefined) return await makeKey(values["new-key"], values, context);
    const log = openLog(values);
    const { hostname, port } = values.listen ?? listenAddress(DEFAULT_ADDRESS);
    const keys = values.keys === undefined ? undefined : await KeyFile.open({
      path: values.keys,
      clock,
      onChange: (words, isFault) => isFault ? log.warn(words) : log.info(words),
    });
    if (keys === undefined && !isLoopback(hostname)) throw keysNeeded(hostname, port);
    await using queue = await openQueue(values, {
      onNote: queueNotes(log),
      onMade: (words) => log.info(words),
    });
    using live = new LiveQueue({ clock, look: () => lookAt(queue, clock), version: VERSION });
    const app = makeApp({
      queue,
      live,
      clock,
      random: chance,
      version: VERSION,
      hostname,
      hosts: values["allow-host"],
      ...keys !== undefined && { keys },
      draining: context.drain,
      onError: (error, { method, url }) =>
        log.error(`Cannot answer ${method} ${new URL(url).pathname}: ${(error as Error).stack ?? error}`),
      onOutage: outages(clock, (words) => log.warn(words)),
    });
    const server = await ApiServer.listen({ app, clock, hostname, port });
    if (values.json) context.print(JSON.stringify({ url: server.url }));
    const words = addressWords(queueAddress(values.queue));
    log.info(
      `Serving the queue ${words} at ${server.url}: page at /, API at /v1, figures at /metrics. ^C ends it`,
    );
    await clock.until(Infinity, context.drain);
    if (server.open > 0) {
      log.info(`Ending when ${server.open} open requests are answered. ^C again ends at once`);
    }
    await server.drain(context.stop);
  },
};

function keysNeeded(hostname: string, port: number): ServeError {
  const state = `${hostname} is reached from other machines, and callers would need no key`;
  return new ServeError(
    "keys-needed",
    `Cannot listen at ${hostname}:${port}: ${state}. Write --keys FILE (sequoia serve --keys FILE --new-key NAME makes one), ` +
      "or --listen 127.0.0.1:7070",
    { kind: "usage" },
  );
}
