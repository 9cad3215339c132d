"""Everything that the Python client does, once, on a real server; the same as scenario.ts."""

import json
import sys

sys.path.insert(0, sys.argv[1])

import sequoia_client  # noqa: E402
from sequoia_client import Sequoia, SequoiaError  # noqa: E402

url = sys.argv[2]
results = []
sequoia = Sequoia(url, timeout=60)


def failure(work):
    try:
        work()
        return ["no error"]
    except SequoiaError as error:
        return [error.code, error.status, [each["at"] for each in error.errors]]


full = {
    "args": {"name": "Ada"},
    "id": "a",
    "labels": {"tenant": "acme"},
    "priority": -1,
    "weight": 2,
    "deadline": "5m",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
results += [sequoia.submit("hello", **full), sequoia.submit("hello", **full)]
results.append(failure(lambda: sequoia.submit("hello", **{**full, "args": {"name": "Bob"}})))
results.append(failure(lambda: sequoia.submit("hello", priority=1.5, weight=0)))
results += [failure(lambda: sequoia.submit("helo")), failure(lambda: sequoia.get("nobody"))]
results.append(sequoia.wait("a")["state"])
detail = sequoia.get_detail("a")
results += [detail["args"], detail["labels"], [[each["node"], each["state"]] for each in detail["nodes"]]]

accepted = sequoia.submit("pair")  # its first answer is lost, and that of the wait
results += [accepted["existing"], sequoia.wait(accepted["id"])["state"]]

sequoia.submit("hello", id="late", delay="1h", callback={"url": "https://example.com/ends", "on": ["failed"]})
sequoia.submit("hello", id="later", at="2990-01-01T00:00:00Z")
results += [sequoia.get("late")["state"], sequoia.get("later")["dueAtMs"]]
results.append(failure(lambda: sequoia.wait("late", timeout=0.05)))
results += [sequoia.cancel("late", dry_run=True), sequoia.cancel("late", abort=True)]
results += [sequoia.wait("late")["state"], sequoia.retry("late", dry_run=True)["reached"]]
results.append(sequoia.retry("late", from_node="greet")["reached"])

many = [{"id": f"m{i}", "delay": 3_600_000, "labels": {"of": "many"}} for i in range(2500)]
batch = sequoia.submit_many("hello", many + [{"id": "a", "args": {"name": "Eve"}}])
results += [batch["created"], batch["existing"], batch["refused"], len(batch["results"]), batch["results"][-1]]

found = sequoia.list(state=["delayed", "queued"], chain="hello", labels={"of": "many"}, limit=400, order="oldest")
results += [sum(each["labels"]["of"] == "many" for each in found), next(sequoia.list(parent="a"), None) is None]
results.append(failure(lambda: Sequoia("http://127.0.0.1:1", attempts=2).get("a")))
print(json.dumps(results))

names = ("Submission", "Accepted", "Batch", "InstanceSummary", "Instance", "InstanceDetail", "Reached")
fields = {name: sorted(_all) for name in names for _all in [
    {field for of in [getattr(sequoia_client, name)] for field in sequoia_client.__dict__[name].__annotations__}
]}
for name, base in (("Instance", "InstanceSummary"), ("InstanceDetail", "Instance")):
    fields[name] = sorted({*fields[name], *fields[base]})
print(json.dumps(fields), file=sys.stderr)
