import { parseCount } from "../../lib/model/mod.ts";
import { QUEUE_FORMS } from "../../lib/queue/mod.ts";
import { QUEUE_TIMEOUT_OPTION } from "../shell/command.ts";
import { one, optionGroup, text } from "../shell/options.ts";
import { DEFAULT_QUEUE } from "../assembly.ts";

/** `--queue` and what goes with it, for the commands that need one. */
export const QUEUE_OPTION = optionGroup("for the queue", {
  queue: one(
    "ADDRESS",
    `the queue: ${QUEUE_FORMS} (default $SEQUOIA_QUEUE, or ${DEFAULT_QUEUE}); all forms: sequoia help queues`,
    text,
  ),
  ...QUEUE_TIMEOUT_OPTION,
});

/** `--partitions`, for the commands that create the topics of a queue. */
export const PARTITIONS_OPTION = optionGroup("for the queue", {
  partitions: one("N", "into how many partitions topics are divided if they are created (Kafka)", parseCount),
});
