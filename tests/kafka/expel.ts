import { realClock, seededRandom } from "../../lib/model/mod.ts";
import { Link, Reachability } from "../../lib/queue/kafka/client/link.ts";
import type { Broker } from "./broker.ts";

/**
 * Has a broker take a member out of a consumer group, as at the end of its session, however long that is. The member does not
 * hear of it.
 *
 * @param client the name of its client
 */
export async function expel(
  { address }: Pick<Broker, "address">,
  group: string,
  client: string,
): Promise<void> {
  const options = { brokers: [address], clientId: "a test", clock: realClock, random: seededRandom(1) };
  await using link = new Link(options, new Reachability(options), new AbortController().signal);
  const { groups } = await link.coordinator(
    "look who is in the group",
    "group",
    group,
    (broker) => broker.describeGroups({ groupIds: [group] }),
  );
  for (const { memberId } of groups[0]!.members) {
    if (!memberId.startsWith(`${client}-`)) continue; // as Apache Kafka makes them
    await link.coordinator(
      "take it out of the group",
      "group",
      group,
      (broker) => broker.leaveGroup({ groupId: group, memberId }),
    );
  }
}
