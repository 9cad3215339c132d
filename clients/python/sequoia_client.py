"""A client of the HTTP API of ``sequoia serve``, by the standard library alone, for Python 3.9 and later.

    from sequoia_client import Sequoia

    sequoia = Sequoia("http://127.0.0.1:7070")
    accepted = sequoia.submit("hello", args={"name": "Ada"})
    print(sequoia.wait(accepted["id"])["output"])

Times whose names end in ``Ms`` are in milliseconds since 1970. A duration is a text (``"250ms"``, ``"5s"``, ``"2m"``,
``"1h"``) or a number of milliseconds. A client may be shared by threads: it keeps no connection.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Sequence, Tuple, TypedDict, Union

__all__ = [
    "Accepted",
    "Batch",
    "CallbackTo",
    "Duration",
    "FieldError",
    "Instance",
    "InstanceDetail",
    "InstanceSummary",
    "Outcome",
    "Reached",
    "Sequoia",
    "SequoiaError",
    "State",
    "Submission",
    "verify_callback",
]

State = Literal["delayed", "queued", "running", "completed", "failed", "cancelled"]
Duration = Union[str, int, float]

_BATCH = 1000  # instances of one request, as the server takes them
_WAIT_S = 30.0  # the server takes 60 s, and proxies give up after about that
_FIRST_S, _LONGEST_S = 0.2, 10.0  # the pause before another attempt, at most: it doubles from the first to the longest
_LATER = (429, 502, 503, 504)
_ENDED = ("completed", "failed", "cancelled")


class _CallbackUrl(TypedDict):
    url: str


class CallbackTo(_CallbackUrl, total=False):
    """The request that tells the end of an instance: which ends, and the name of the consumer's secret that signs."""

    on: Sequence[Literal["completed", "failed", "cancelled"]]
    secret: str


class Submission(TypedDict, total=False):
    """One submission; all fields may be left out."""

    args: Mapping[str, Any]
    id: str
    labels: Mapping[str, str]
    priority: int
    weight: float
    deadline: Duration
    delay: Duration
    at: Union[str, float]
    traceparent: str
    callback: Union[str, CallbackTo]


class Accepted(TypedDict):
    """An instance that was submitted. ``existing``: the queue had it before, with the same content."""

    id: str
    chain: str
    existing: bool


class Outcome(TypedDict):
    """What became of one submission of many. ``conflict``: the id is known with another content."""

    id: str
    outcome: Literal["created", "existing", "conflict"]


class Batch(TypedDict):
    """What became of many submissions; ``results`` are in their order."""

    created: int
    existing: int
    refused: int
    results: List[Outcome]


class InstanceSummary(TypedDict, total=False):
    """An instance as lists show it."""

    id: str
    chain: str
    state: State
    labels: Dict[str, str]
    submittedAtMs: float
    dueAtMs: float
    endedAtMs: float
    priority: float
    deadlineMs: float
    parent: Dict[str, Any]
    reason: str


class Instance(InstanceSummary, total=False):
    """An instance; ``output`` is its result, once it has ended."""

    args: Any
    retriedAtMs: List[float]
    output: Any
    unreadable: str


class InstanceDetail(Instance, total=False):
    """An instance with its nodes, and those that it has called."""

    nodes: List[Dict[str, Any]]
    called: List[InstanceSummary]
    isCut: bool


class Reached(TypedDict, total=False):
    """What a cancel or a retry has reached; of a dry run, what it would reach."""

    reached: int
    dryRun: bool
    isMore: bool
    some: List[str]


class FieldError(TypedDict):
    """A field or a parameter that cannot be used, and what to write instead."""

    at: str
    detail: str


class SequoiaError(Exception):
    """A request that failed. ``code`` is stable; the message is for people.

    The code is that of the problem that the server answered with; ``unreachable`` if no answer came, ``bad-answer`` if it
    was none of ``sequoia serve``, ``wait-timeout`` if an instance had not ended in time, ``bad-signature`` of a callback.
    """

    def __init__(self, code: str, message: str, status: int = 0, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.errors: Tuple[FieldError, ...] = tuple(errors)


class Sequoia:
    """Submits instances of deployed chains, waits for their results, lists, cancels and retries them.

    ``attempts``: most attempts of a request that may succeed later (429, 502 to 504, or no answer).
    ``timeout``: the longest time until an answer, beside the time that the server is asked to wait, in seconds.
    """

    def __init__(self, url: str, *, key: Optional[str] = None, attempts: int = 5, timeout: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._attempts = attempts
        self._timeout = timeout

    def submit(
        self,
        chain: str,
        *,
        args: Optional[Mapping[str, Any]] = None,
        id: Optional[str] = None,
        labels: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        weight: Optional[float] = None,
        deadline: Optional[Duration] = None,
        delay: Optional[Duration] = None,
        at: Union[str, float, None] = None,
        traceparent: Optional[str] = None,
        callback: Union[str, CallbackTo, None] = None,
    ) -> Accepted:
        """Submits an instance; returns when it would survive a crash.

        It is sent again under the same id until that is known. The same id submitted twice is one instance.
        """
        fields = {
            "args": args,
            "id": id,
            "labels": labels,
            "priority": priority,
            "weight": weight,
            "deadline": deadline,
            "delay": delay,
            "at": at,
            "traceparent": traceparent,
            "callback": callback,
        }
        body = _with_id({name: value for name, value in fields.items() if value is not None})
        accepted: Accepted = self._ask("POST", _chain_path(chain), body=body)
        if id is None:
            accepted["existing"] = False  # it may have been sent twice
        return accepted

    def submit_many(self, chain: str, submissions: Iterable[Submission]) -> Batch:
        """Submits any number of instances, 1,000 at a time. One in conflict keeps none of the others out."""
        total: Batch = {"created": 0, "existing": 0, "refused": 0, "results": []}
        some: List[Mapping[str, Any]] = []

        def send() -> None:
            if not some:
                return
            batch: Batch = self._ask("POST", _chain_path(chain), body=some)
            total["created"] += batch["created"]
            total["existing"] += batch["existing"]
            total["refused"] += batch["refused"]
            total["results"].extend(batch["results"])
            some.clear()

        for submission in submissions:
            some.append(_with_id(submission))
            if len(some) >= _BATCH:
                send()
        send()
        return total

    def get(self, id: str) -> Instance:
        """Returns an instance as it stands."""
        return self._ask("GET", _instance_path(id))

    def get_detail(self, id: str) -> InstanceDetail:
        """Returns an instance with its nodes, and the instances that it has called."""
        return self._ask("GET", _instance_path(id), [("nodes", "true")])

    def wait(self, id: str, *, timeout: Optional[float] = None) -> Instance:
        """Waits until an instance has ended, whichever way: its state tells. Goes on over broken connections.

        Raises a SequoiaError of the code ``wait-timeout`` after ``timeout`` seconds. (Default: it waits for ever)
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            left = _WAIT_S if until is None else max(0.0, min(_WAIT_S, until - time.monotonic()))
            query = [("wait", "%dms" % round(left * 1000))]
            instance: Instance = self._ask("GET", _instance_path(id), query, wait=left)
            if instance["state"] in _ENDED:
                return instance
            if until is not None and time.monotonic() >= until:
                raise SequoiaError("wait-timeout", f"{id} had not ended after {timeout} s: {instance['state']}")

    def list(
        self,
        *,
        state: Union[State, Sequence[State]] = (),
        chain: Optional[str] = None,
        labels: Optional[Mapping[str, str]] = None,
        parent: Optional[str] = None,
        order: Optional[Literal["newest", "oldest"]] = None,
        limit: Optional[int] = None,
    ) -> Iterator[InstanceSummary]:
        """Iterates over the instances that are meant, the newest first. They are read page by page; ``limit`` is of a page."""
        query = [("state", each) for each in ([state] if isinstance(state, str) else state)]
        query += [("label", f"{name}={value}") for name, value in (labels or {}).items()]
        for name, value in (("chain", chain), ("parent", parent), ("order", order), ("limit", limit)):
            if value is not None:
                query.append((name, str(value)))
        cursor: List[Tuple[str, str]] = []
        while True:
            page = self._ask("GET", "/v1/instances", query + cursor)
            yield from page["instances"]
            if "next" not in page:
                return
            cursor = [("cursor", page["next"])]

    def cancel(self, id: str, *, abort: bool = False, dry_run: bool = False) -> Reached:
        """Ends an instance: nothing of it starts any more. ``abort`` also ends the calls in flight."""
        return self._steer(id, "cancel", {"abort": True} if abort else {}, dry_run)

    def retry(self, id: str, *, from_node: Optional[str] = None, dry_run: bool = False) -> Reached:
        """Runs a failed or cancelled instance again; ``from_node``: that node and all that come after it."""
        return self._steer(id, "retry", {} if from_node is None else {"from": from_node}, dry_run)

    def _steer(self, id: str, action: str, body: Mapping[str, Any], dry_run: bool) -> Reached:
        query = [("dryRun", "true")] if dry_run else []
        return self._ask("POST", f"{_instance_path(id)}/{action}", query, body=body)

    def _ask(
        self,
        method: str,
        path: str,
        query: Sequence[Tuple[str, str]] = (),
        *,
        body: Any = None,
        wait: float = 0.0,
    ) -> Any:
        for attempt in range(1, self._attempts + 1):
            retry_after = 0.0
            try:
                return self._once(method, path, query, body, wait)
            except urllib.error.HTTPError as answer:
                with answer:
                    error = _problem(answer)
                    retry_after = _seconds(answer.headers.get("Retry-After"))
            except (OSError, http.client.HTTPException) as cause:
                error = SequoiaError("unreachable", f"Cannot reach {self._url}: {cause}")
                error.__cause__ = cause
            if attempt == self._attempts or (error.status != 0 and error.status not in _LATER):
                raise error
            pause = random.random() * min(_LONGEST_S, _FIRST_S * 2 ** (attempt - 1))
            time.sleep(max(pause, min(retry_after, _LONGEST_S)))
        raise ValueError("attempts is to be at least 1")

    def _once(self, method: str, path: str, query: Sequence[Tuple[str, str]], body: Any, wait: float) -> Any:
        text = urllib.parse.urlencode(query)
        request = urllib.request.Request(f"{self._url}{path}{'?' + text if text else ''}", method=method)
        request.add_header("Accept", "application/json")
        if self._key is not None:
            request.add_header("Authorization", f"Bearer {self._key}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body, allow_nan=False).encode()
        with urllib.request.urlopen(request, timeout=self._timeout + wait) as answer:
            content = answer.read()
        try:
            return json.loads(content)
        except ValueError:
            raise SequoiaError("bad-answer", f"The server answered with no JSON: {content[:200]!r}", 200) from None


def verify_callback(
    body: Union[bytes, str],
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = 300.0,
) -> Dict[str, Any]:
    """Verifies a callback by Standard Webhooks, and returns it: ``type``, ``timestamp`` and ``data``.

    ``body`` is the body to the byte. ``secret`` is ``whsec_…``; several, separated by spaces, while it is changed. A callback
    comes at least once: keep the header ``webhook-id`` to tell repetitions. Raises a SequoiaError (``bad-signature``).
    """
    found = {name.lower(): value for name, value in headers.items()}
    try:
        id, seconds, given = (found[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
        age = abs(time.time() - float(seconds))
    except (KeyError, ValueError):
        raise SequoiaError("bad-signature", "Cannot take the callback: a header is missing or unreadable") from None
    if not age <= tolerance:
        raise SequoiaError("bad-signature", "Cannot take the callback: its time is too far off")
    content = body.encode() if isinstance(body, str) else body
    signed = f"{id}.{seconds}.".encode() + content
    for own in secret.split():
        try:
            key = base64.b64decode(own[6:] if own.startswith("whsec_") else own, validate=True)
        except binascii.Error:
            raise SequoiaError("bad-signature", "Cannot take the callback: the secret is no base64") from None
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(f"v1,{expected}".encode(), each.encode()) for each in given.split(" ")):
            return json.loads(content)
    raise SequoiaError("bad-signature", "Cannot take the callback: no signature is that of the secret")


def _with_id(submission: Mapping[str, Any]) -> Mapping[str, Any]:
    return submission if "id" in submission else {**submission, "id": str(uuid.uuid4())}


def _chain_path(name: str) -> str:
    return "/v1/chains/" + urllib.parse.quote(name, safe="")


def _instance_path(id: str) -> str:
    return "/v1/instances/" + urllib.parse.quote(id, safe="")


def _seconds(text: Optional[str]) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _problem(answer: urllib.error.HTTPError) -> SequoiaError:
    content = answer.read()
    try:
        problem = json.loads(content)
        return SequoiaError(str(problem["code"]), str(problem["detail"]), answer.code, problem.get("errors", ()))
    except (ValueError, KeyError, TypeError):
        text = content[:200].decode("utf-8", "replace")
        return SequoiaError("bad-answer", f"The server answered with status {answer.code}: {text}", answer.code)
