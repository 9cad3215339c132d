"""Computes the main figures of a run log with pandas, from the definitions in docs/reports.md alone, for figures_test.ts.

Usage: python3 figures.py RUN.json…; prints a list with an object for each log: the figures by their paths in the JSON of reports.
"""
import json
import sys

import numpy as np
import pandas as pd

WINDOW_US, MOST_WINDOWS, GOODPUT_TIMES = 1_000_000, 400, 2


def events_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read().rstrip().rstrip(",")
    return json.loads(text if text.endswith("]") else text + "]")


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns)


def tables(events):
    """The run's description, attempts, submissions, ends, and the time of the last gauge; times in microseconds."""
    run = next(event["args"] for event in events if event["name"] == "sequoia_run")
    attempts, submits, ends, gauges = [], [], [], [0]
    for event in events:
        cat, phase, args = event.get("cat"), event["ph"], event.get("args", {})
        if cat == "function" and phase == "X":
            attempts.append({**args, "function": event["name"], "start": event["ts"], "end": event["ts"] + event["dur"]})
        elif cat == "chain" and phase == "b":
            submits.append({**args, "instance": event["id"], "submitted": args.get("tsUs", event["ts"])})
        elif cat == "chain" and phase == "e":
            ends.append({**args, "instance": event["id"], "ended": event["ts"]})
        elif cat == "scheduler" and phase == "C":
            gauges.append(event["ts"])
    calls = frame(attempts, ["function", "chain", "instance", "node", "start", "end", "outcome", "settled", "queuedMs",
                             "providerQueuedMs", "cold", "platform", "cost"])
    submitted = frame(submits, ["chain", "instance", "submitted", "labels", "weight", "deadlineMs", "parent"])
    ended = frame(ends, ["instance", "ended", "outcome", "idealMs"])
    return run, calls, submitted, ended, max(gauges)


def quantity(samples):
    """Infinity is a sample that never came; percentiles by nearest rank."""
    known = np.sort(pd.Series(samples, dtype=float).dropna().to_numpy())
    names = {"p50": 50, "p90": 90, "p95": 95, "p99": 99}
    if len(known) == 0:
        return {name: None for name in ["mean", *names, "max"]}
    at = {name: known[-(-percent * len(known) // 100) - 1] for name, percent in names.items()}
    values = {"mean": known.mean(), **at, "max": known[-1]}
    return {name: "never" if np.isinf(value) else float(value) for name, value in values.items()}


def instances_of(submitted, ended, log_end):
    """One row for each instance: how it ended, its time, and whether it met its deadline."""
    rows = submitted.merge(ended.drop_duplicates("instance"), on="instance", how="left")
    rows["outcome"] = rows["outcome"].fillna("unfinished")
    is_completed = rows["outcome"] == "completed"
    rows["ms"] = ((rows["ended"] - rows["submitted"]) / 1000).where(is_completed, np.inf)
    ideal = rows["idealMs"].astype(float)
    rows["slowdown"] = (rows["ms"] / ideal.where(ideal > 0)).where(is_completed, np.inf)
    waited = (log_end - rows["submitted"]) / 1000
    is_late = (rows["ms"] > rows["deadlineMs"]).where(rows["outcome"] != "unfinished", rows["deadlineMs"] < waited)
    rows["missed"] = rows["deadlineMs"].notna() & is_late
    rows["met"] = rows["deadlineMs"].notna() & is_completed & ~is_late
    return rows


def wasted(calls, rows):
    """The calls of lost instances, and of those that lost ones called, that had started when these were lost."""
    lost = rows[~rows["outcome"].isin(["completed", "unfinished"])].set_index("instance")["ended"].to_dict()
    parent = rows.set_index("instance")["parent"].dropna().to_dict()

    def lost_at(instance):
        own = lost.get(instance, -np.inf)
        return max(own, lost_at(parent[instance])) if instance in parent else own

    return calls[calls["start"] <= calls["instance"].map(lost_at).astype(float)]


def most_at_once(calls):
    """An attempt that starts when another ends, or a microsecond before, does not run beside it."""
    if len(calls) == 0:
        return 0
    changes = pd.concat([
        frame({"at": calls["start"] + 1, "order": 1, "step": 1}, ["at", "order", "step"]),
        frame({"at": calls["end"], "order": 0, "step": -1}, ["at", "order", "step"]),
    ])
    return int(max(1, changes.sort_values(["at", "order"])["step"].cumsum().max()))


def covered(intervals, edges):
    """The time within each window that some of the intervals cover."""
    total, reached = np.zeros(len(edges) - 1), -np.inf
    for start, end in sorted(intervals):
        start, reached = max(start, reached), max(end, reached)
        if end > start:
            total += overlaps(start, end, edges)
    return total


def overlaps(start, end, edges):
    return np.maximum(0, np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]))


def fairness(run, calls, rows, first, last):
    """Jain's index and the parts of fair shares, over the windows in which two groups or more wanted more."""
    scheduling = run.get("scheduling", {})
    label = scheduling.get("by")
    rows = rows.assign(group=rows["chain"] if label is None else [of.get(label, "") for of in rows["labels"]])
    weights = rows.groupby("group")["weight"].last().to_dict()
    if label is None:
        weights.update({name: weight for name, weight in scheduling.get("weight", [])})
    group_of = rows.set_index("instance")["group"]
    calls = calls.assign(group=calls["instance"].map(group_of))
    size = WINDOW_US
    while last - first > MOST_WINDOWS * size:
        size *= 2
    edges = np.append(np.arange(first, last, size), last)
    lengths = np.diff(edges)
    began = set(calls["instance"]) | set(rows["parent"].dropna())
    starved = rows[(rows["outcome"] == "unfinished") & ~rows["instance"].isin(began)]
    served, wants = {}, {}
    for group, weight in weights.items():
        own = calls[calls["group"] == group]
        ran = own[own["outcome"] != "throttled"]
        if scheduling.get("share") == "calls":
            work = np.histogram(ran["start"], np.append(edges[:-1], np.inf))[0].astype(float)
        else:
            work = sum((overlaps(*of, edges) for of in zip(ran["start"], ran["end"])), np.zeros(len(lengths)))
        waits = [(start - round(ms * 1000), start) for start, ms in zip(own["start"], own["queuedMs"])]
        waits += [(at, last) for at in starved[starved["group"] == group]["submitted"]]
        refused = own[(own["outcome"] == "throttled") & own["settled"]]["start"]
        was_refused = np.histogram(refused, np.append(edges[:-1], np.inf))[0] > 0
        served[group] = work / weight
        wants[group] = was_refused | (2 * covered(waits, edges) >= lengths)
    x, want = pd.DataFrame(served).to_numpy(), pd.DataFrame(wants).to_numpy()
    x = np.where(want, x, 0)
    count, total = want.sum(axis=1), x.sum(axis=1)
    counts = (count >= 2) & (total > 0)
    if not counts.any():
        return {}, {"jain": None, "minShare": None, "maxShare": None}
    x, want, count, total, lengths = x[counts], want[counts], count[counts], total[counts], lengths[counts]
    jain = np.average(total**2 / (count * (x**2).sum(axis=1)), weights=lengths)
    due = (want * (total / count)[:, None]).sum(axis=0)
    parts = {group: x[:, i].sum() / due[i] for i, group in enumerate(served) if due[i] > 0}
    return parts, {"jain": jain, "minShare": min(parts.values()), "maxShare": max(parts.values())}


def figures(path):
    run, calls, submitted, ended, gauge = tables(events_of(path))
    first = max(0, min(calls["start"].min(), submitted["submitted"].min()))
    last = max(calls["end"].max(), ended["ended"].max())
    seconds = (last - first) / 1e6
    rows = instances_of(submitted, ended, max(last, gauge))
    roots = rows[rows["parent"].isna()]
    outcomes = roots["outcome"].value_counts()
    chains = {kind: int(outcomes.get(kind, 0))
              for kind in ["completed", "failed", "dropped", "cancelled", "shed", "unfinished"]}
    chains |= {"submitted": len(roots), "called": len(rows) - len(roots),
               "lost": sum(chains[kind] for kind in ["failed", "dropped", "cancelled", "shed"])}
    calls = calls.assign(us=calls["end"] - calls["start"])
    ok, failed = calls["outcome"] == "ok", calls["outcome"] == "failed"
    throttled, settled = calls["outcome"] == "throttled", calls["settled"].astype(bool)
    waste = wasted(calls, rows)
    timely = int((roots["slowdown"] <= GOODPUT_TIMES).sum())
    queueing = calls["queuedMs"] + calls["providerQueuedMs"].astype(float).fillna(0)
    parts, fair = fairness(run, calls, rows, first, last)
    out = {
        "run": {"durationMs": (last - first) / 1000},
        "chains": chains,
        "functions": {
            "invocations": len(calls.drop_duplicates(["instance", "node"])),
            "attempts": len(calls),
            "completed": int(ok.sum()),
            "failed": int((failed & settled).sum()),
            "throttled": int(throttled.sum()),
            "retried": int((failed & ~settled).sum()),
            "coldStarts": int(calls["cold"].sum()),
            "seconds": calls["us"].sum() / 1e6,
        },
        "waste": {"calls": len(waste), "seconds": waste["us"].sum() / 1e6,
                  "share": waste["us"].sum() / calls["us"].sum()},
        "queueing_ms": quantity(queueing[settled & ~throttled]),
        "run_ms": quantity(calls[ok]["us"] / 1000),
        "chain_ms": quantity(roots["ms"]),
        "completed_chain_ms": quantity(roots["ms"].replace(np.inf, np.nan)),
        "slowdown": quantity(roots["slowdown"]),
        "throughput": {"chainsPerS": chains["completed"] / seconds, "functionsPerS": int(ok.sum()) / seconds},
        "goodput": {"chains": timely, "unknown": int(roots["slowdown"].isna().sum()),
                    "chainsPerS": timely / seconds, "share": timely / len(roots)},
        "concurrency": {"mean": calls[~throttled]["us"].sum() / (last - first), "max": most_at_once(calls[~throttled])},
        "fairness": fair,
        "deadlines": {"met": int(roots["met"].sum()), "missed": int(roots["missed"].sum())},
    }
    costs = calls.dropna(subset=["cost"])
    if len(costs) > 0:
        out["cost"] = {"total": costs["cost"].sum(), "byChain": costs.groupby("chain")["cost"].sum().to_dict()}
    for chain, of in rows.groupby("chain"):
        out[f"byChain.{chain}"] = {"chain_ms": quantity(of["ms"]), "chains": {"submitted": len(of)}}
    for function, of in calls.groupby("function"):
        out[f"byFunction.{function}"] = {"run_ms": quantity(of[of["outcome"] == "ok"]["us"] / 1000),
                                         "functions": {"attempts": len(of)}}
    label = run.get("scheduling", {}).get("by")
    for group, part in parts.items():
        out[f"byChain.{group}" if label is None else f"byLabel.{label}.{group}"] = {
            **out.get(f"byChain.{group}" if label is None else "", {}), "share": part}
    return flat(out)


def flat(value, path=""):
    if not isinstance(value, dict):
        return {path: value.item() if isinstance(value, np.generic) else value}
    return {name: leaf for key, part in value.items() for name, leaf in flat(part, f"{path}.{key}" if path else key).items()}


print(json.dumps([figures(path) for path in sys.argv[1:]], indent=2))
