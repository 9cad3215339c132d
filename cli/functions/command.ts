import { counted, functionsOf } from "../../lib/model/mod.ts";
import { collectorText, startLocalServer, StrayErrors } from "../../lib/platform/mod.ts";
import { profileParameters, profileWords } from "../../lib/provider/mod.ts";
import { BodyGuard } from "./body_guard.ts";
import { COLLECT_PORT, collectAddress } from "../options/collecting.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { openLog } from "../shell/log.ts";
import { many, one, readOptions, text } from "../shell/options.ts";
import { PROFILE_TABLE } from "../options/profile_table.ts";
import { address } from "../options/platform_options.ts";
import { LiveLine } from "../shell/progress.ts";
import { chance, clock, localAddress, localTelling, profileOf } from "../assembly.ts";
import { loadWorkloads } from "../modules/workload_file.ts";

const options = {
  profile: one(
    "PROFILE",
    "how it behaves: a name or a file, and parameters, as in hard-limit,limit=50 (default ideal)",
    text,
  ),
  listen: one(
    "ADDRESS",
    "where it listens (default $SEQUOIA_LOCAL or 127.0.0.1:7077; port 0: a free one)",
    address,
  ),
  collector: many(
    "HOST:PORT",
    `functions tell this collector if a call names it, and no other (repeatable; default loopback at ${COLLECT_PORT})`,
    collectAddress,
  ),
  "allow-host": many(
    "NAME",
    "answer calls that name this host, beside the address and loopback (repeatable)",
    text,
  ),
  ...COMMON,
} as const;

/** Most stray errors of bodies that are logged; more are counted. */
const MOST_LOGGED = 100;

/** Calls may name these collectors, unless the command line names others. */
const OWN_COLLECTORS = ["127.0.0.1", "localhost", "::1"].map((ip) => ({ ip, port: COLLECT_PORT }));

/** `sequoia functions` */
export const command: Command = {
  usage: "[WORKLOAD…] [options]",
  examples: [
    ["sequoia functions --profile hard-limit,limit=50", "refuses the 51st function at a time"],
    [
      "sequoia functions --profile ramp,burst=20,ramp=60/m",
      "refuses bursts, and more than one new container a second",
    ],
    ["sequoia functions --profile aws-lambda,limit=100,burst=50", "as AWS Lambda, but small"],
    ["sequoia functions workloads/bag_of_words.ts", "runs the bodies of the workload's functions"],
  ],
  options,
  isService: true,
  tables: {
    "Paths": [
      ["POST /f/NAME", "call a function; with X-Sequoia-Mode: background, answered with 202, and run later"],
      [
        "POST /chains",
        'run chains without Sequoia, a line of {"id": "…", "chain": {…}} each; answers as calls end',
      ],
    ],
    ...PROFILE_TABLE,
    "Parameters of a profile": profileParameters(),
  },
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    const log = openLog(values);
    const profile = await profileOf(values.profile);
    let errors = 0, strangers = 0;
    const strays = new StrayErrors((words) => {
      if (++errors <= MOST_LOGGED) log.error(words);
    });
    using _guard = rest.length === 0 ? undefined : new BodyGuard(strays);
    const functions = rest.length === 0
      ? new Map()
      : functionsOf((await loadWorkloads(rest)).chains.map(({ chain }) => chain));
    await using server = await startLocalServer({
      profile,
      clock,
      random: chance,
      functions,
      listen: values.listen ?? await localAddress(),
      tells: await localTelling(),
      collectors: new Set(
        (values.collector.length > 0 ? values.collector : OWN_COLLECTORS).map(collectorText),
      ),
      onStranger: (collector) => {
        if (strangers++ === 0) {
          log.warn(
            `A call asked functions to tell ${collector}. Allow it, if it is yours: --collector ${collector}`,
          );
        }
      },
      hosts: values["allow-host"],
      strays,
    });
    if (values.json) {
      context.print(
        JSON.stringify({ url: server.url, profile: profile.name, functions: [...functions.keys()] }),
      );
    }
    log.info(`Serving the local platform at ${server.url}, ${profileWords(profile)}. ^C ends it`);
    {
      using _live = new LiveLine(clock, () => {
        const { running, queued, served, refused, made, chains } = server.counts;
        return `running ${running}, queued ${queued}, served ${served}, refused ${refused}, ` +
          `containers made ${made}; chains ${chains}`;
      });
      await clock.until(Infinity, context.drain);
    }
    const { served, refused, made } = server.counts;
    if (errors > 0) {
      log.warn(`${counted(errors, "error")} in bodies ${errors === 1 ? "was" : "were"} not awaited by them`);
    }
    log.info(`Served ${served}, refused ${refused}, containers made ${made}`);
  },
};
