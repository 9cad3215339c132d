import { functionsOf } from "../lib/model/mod.ts";
import { profileParameters, profileSummaries, profileWords, startLocalServer } from "../lib/platform/mod.ts";
import { type Command, COMMON } from "./command.ts";
import { openLog } from "./log.ts";
import { one, readOptions, text } from "./options.ts";
import { address } from "./platform_options.ts";
import { LiveLine } from "./progress.ts";
import { chance, clock, localAddress, localTelling, profileOf } from "./wire.ts";
import { loadWorkloads } from "./workload_file.ts";

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
  ...COMMON,
} as const;

/** `sequoia functions` */
export const command: Command = {
  summary: "serve the local platform",
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
  tables: {
    "Paths": [
      ["POST /f/NAME", "call a function; with X-Sequoia-Mode: background, answered with 202, and run later"],
      [
        "POST /chains",
        'run chains without Sequoia, a line of {"id": "…", "chain": {…}} each; answers as calls end',
      ],
    ],
    "Profiles": profileSummaries(),
    "Parameters of a profile": profileParameters(),
  },
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    const log = openLog(values);
    const profile = await profileOf(values.profile);
    const functions = rest.length === 0
      ? new Map()
      : functionsOf((await loadWorkloads(rest)).chains.map(({ chain }) => chain));
    await using server = await startLocalServer({
      profile,
      clock,
      random: chance,
      functions,
      listen: values.listen ?? localAddress(),
      tells: await localTelling(),
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
    log.info(`Served ${served}, refused ${refused}, containers made ${made}`);
  },
};
