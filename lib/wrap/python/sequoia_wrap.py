"""Tells a Sequoia collector when functions in Python start and end, so that reports know how long they really run.

One file for Python 3.8 or later, standard library only: put it beside the function. It never fails the function it wraps,
delays its answer by 50 ms at most, once in 5 seconds, while the collector is away, and never holds up an event loop.

    from sequoia_wrap import sequoia

    @sequoia                                  # AWS Lambda, OpenWhisk
    def handler(event, context): ...

    @sequoia(name="count")                    # Google Cloud Functions, Flask, Azure Functions; also `async def`
    def count(request): ...

    with tell(headers=request.headers):       # any other handler; `async with` in a coroutine
        ...

The collector is where the environment variable SEQUOIA_COLLECTOR says (HOST:PORT), or else where each call says.
"""

import base64
import functools
import inspect
import json
import os
import re
import socket
import sys
import threading
import time

__all__ = ["sequoia", "tell"]

_VARIABLE = "SEQUOIA_COLLECTOR"
_DEFAULT_NAME = "functionSide"
# The collector takes lines of at most 16 KiB, and names of at most 128 characters.
_LONGEST_ID = 5000
_LONGEST_NAME = 128
# A longer request body, in bytes, is not read for what it says.
_LONGEST_BODY = 1024 * 1024
# A collector has this long, in seconds, to take a connection; one that did not is left alone for a while.
_CONNECT_S = 0.2
_AWAY_S = 5.0
# An answer waits at most this long, in seconds, until the system has what is said of its end.
_LAST_WORDS_S = 0.05
# Lines on their way at a time; more are not said.
_MOST_AT_ONCE = 100

_slots = threading.BoundedSemaphore(_MOST_AT_ONCE)
_away = {}  # by address: until when nobody asks again, by the monotonic clock

_ADDRESS = re.compile(r"\s*(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})\s*")


class tell:
    """Tells the collector of one call, from the beginning to the end of a `with` or `async with` block.

    headers -- the request's headers: a mapping, of any case
    event   -- the event that the function was given, or the JSON of the request
    name, collector -- as of `sequoia`
    """

    def __init__(self, headers=None, event=None, name=None, collector=None):
        self._started_s = time.time()
        self._since_s = time.perf_counter()
        self._sent = []
        self._is_over = False
        try:
            said_id, said_name, address = _said(headers, event)
            self._id = said_id
            self._name = name or said_name or _DEFAULT_NAME
            self._address = _chosen(collector, address)
            self._say("start", self._started_s)
        except Exception:
            self._address = None

    @property
    def timing(self):
        """How long it has run so far, as a value of the header Server-Timing (W3C, in milliseconds)."""
        return "function;dur=%.3f" % ((time.perf_counter() - self._since_s) * 1000)

    def end(self):
        """Says that the call has ended; once. Waits until that is on its way, for 50 ms at most, unless an event loop runs in
        this thread: other coroutines of that would wait as well."""
        try:
            sent = self._last_words()
            if _running_loop() is None:
                until_s = time.perf_counter() + _LAST_WORDS_S
                for one in sent:
                    one.wait(max(0.0, until_s - time.perf_counter()))
        except Exception:
            pass

    async def end_async(self):
        """As `end`, for a coroutine: while it waits, the event loop runs others."""
        try:
            sent, loop = self._last_words(), _running_loop()
            if loop is not None and sent:
                await _until_sent(sent, loop)
        except Exception:
            pass

    def _last_words(self):
        """Says that the call has ended; returns what is on its way, nothing from the second time on."""
        if self._is_over:
            return []
        self._is_over = True
        self._say("end", self._started_s + time.perf_counter() - self._since_s)
        return self._sent

    def _say(self, status, at_s):
        if self._address is None or not self._id or len(self._id) > _LONGEST_ID:
            return
        name = re.sub(r"[^\w.:/@-]", "_", self._name, flags=re.ASCII)[:_LONGEST_NAME] or _DEFAULT_NAME
        said = re.sub(r"[\x00-\x1f\x7f]", " ", self._id)
        sent = _send(self._address, "%s-%s-%.6f-%s\n" % (name, status, at_s, said))
        if sent is not None:
            self._sent.append(sent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        return False

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, *_):
        if kind is None or issubclass(kind, Exception):
            await self.end_async()
        else:  # it was cancelled, or is being closed, and must not wait any more
            self.end()
        return False


def sequoia(function=None, *, name=None, collector=None):
    """Has a function tell the collector when it starts and ends. An answer for HTTP gets the header Server-Timing.

    name      -- what the function calls itself (default: what the call says, or "functionSide")
    collector -- "HOST:PORT": then calls cannot send it anywhere else; False: nowhere (default: the environment variable
                 SEQUOIA_COLLECTOR, or else what each call says)
    """
    if function is None:
        return functools.partial(sequoia, name=name, collector=collector)

    def begin(args, kwargs):
        headers, event = _found(args, kwargs)
        return tell(headers, event, name, collector)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapped(*args, **kwargs):
            async with begin(args, kwargs) as call:
                return _timed(await function(*args, **kwargs), call.timing)

    else:

        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with begin(args, kwargs) as call:
                return _timed(function(*args, **kwargs), call.timing)

    return wrapped


def _send(address, line):
    """Sends a line in the background. Returns what is set when the line is with the system, or lost; None: not tried."""
    if _away.get(address, 0.0) > time.monotonic() or not _slots.acquire(blocking=False):
        return None
    done = _Sent()

    def run():
        try:
            with socket.create_connection(address, _CONNECT_S) as connection:
                connection.sendall(line.encode("utf-8", "replace"))
        except Exception:
            if len(_away) >= _MOST_AT_ONCE:
                _away.clear()
            _away[address] = time.monotonic() + _AWAY_S
        finally:
            _slots.release()
            done.set()

    try:
        threading.Thread(target=run, name="sequoia", daemon=True).start()
    except Exception:  # the system has no thread left
        _slots.release()
        return None
    return done


class _Sent:
    """Set when a line is with the system, or lost."""

    def __init__(self):
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._then = []  # one of each coroutine that waits: of the call's end alone

    def set(self):
        with self._lock:
            self._event.set()
            then, self._then = self._then, []
        for call in then:
            call()

    def wait(self, timeout_s):
        return self._event.wait(timeout_s)

    def then(self, call):
        """Has `call` called once it is set: by the thread that sets it, or at once."""
        with self._lock:
            if not self._event.is_set():
                self._then.append(call)
                return
        call()


def _running_loop():
    """The event loop of asyncio that runs in this thread; None if there is none, or asyncio was never loaded."""
    asyncio = sys.modules.get("asyncio")
    try:
        return None if asyncio is None else asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _until_sent(sent, loop):
    """Waits until lines are on their way, for 50 ms at most."""
    over, left = loop.create_future(), [len(sent)]

    def finish():
        if not over.done():
            over.set_result(None)

    def one_less():
        left[0] -= 1
        if left[0] == 0:
            finish()

    def told():
        try:
            loop.call_soon_threadsafe(one_less)
        except RuntimeError:  # the loop was closed meanwhile
            pass

    late = loop.call_later(_LAST_WORDS_S, finish)
    try:
        for one in sent:
            one.then(told)
        await over
    finally:
        late.cancel()


def _chosen(collector, said):
    if collector is None:
        collector = os.environ.get(_VARIABLE)
    if collector is None:
        return said
    return None if collector is False else _address(collector)


def _address(text):
    match = _ADDRESS.fullmatch(text if isinstance(text, str) else "")
    return None if match is None else _pair(match.group(1) or match.group(2), match.group(3))


def _pair(host, port):
    try:
        port = int(port)
    except (TypeError, ValueError):
        return None
    is_host = isinstance(host, str) and 0 < len(host) <= 255
    return (host, port) if is_host and 0 < port < 65536 else None


def _said(headers, event):
    """The id, the name and the collector's address that a call says, each perhaps None."""
    key = _header(headers, "idempotency-key")
    where = _header(headers, "x-sequoia-collector")
    address = _address(where)
    if not isinstance(event, dict):
        return key, None, address
    said_id, name = event.get("id"), event.get("name")
    if isinstance(said_id, int) and not isinstance(said_id, bool):
        said_id = str(said_id)
    if address is None and where != "none":
        address = _pair(event.get("ip"), event.get("port"))
    return (
        key or (said_id if isinstance(said_id, str) else None),
        name if isinstance(name, str) and name else None,
        address,
    )


def _header(headers, name):
    try:
        for key, value in headers.items():
            if isinstance(key, str) and key.lower() == name and isinstance(value, str):
                return value
    except Exception:
        pass
    return None


def _found(args, kwargs):
    """The headers and the event among what a function was called with, on any platform."""
    for argument in list(args) + list(kwargs.values()):
        try:
            if isinstance(argument, dict):
                headers = argument.get("headers") or argument.get("__ow_headers") or {}
                return headers, _event_in(argument)
            if hasattr(argument, "headers"):
                headers = argument.headers
                return headers, None if _header(headers, "idempotency-key") else _event_of(argument)
        except Exception:
            continue
    return None, None


def _event_in(event):
    """The event itself, or the body of the request that it describes."""
    body = event.get("body")
    if not isinstance(body, str):
        return event
    if len(body) > _LONGEST_BODY:
        return None
    try:
        return json.loads(base64.b64decode(body) if event.get("isBase64Encoded") is True else body)
    except ValueError:
        return None


def _event_of(request):
    """The JSON of a request of Flask, or of Azure Functions: both keep the body for the function."""
    length = _header(request.headers, "content-length")
    if "json" not in (_header(request.headers, "content-type") or "").lower():
        return None
    if length is None or not length.isdigit() or int(length) > _LONGEST_BODY:
        return None
    try:
        for method in ("get_data", "get_body"):
            if hasattr(request, method):
                return json.loads(getattr(request, method)())
    except ValueError:
        pass
    return None


def _timed(result, timing):
    """Adds the time to an answer for HTTP, if this is one."""
    try:
        if isinstance(result, dict):
            if "statusCode" not in result:
                return result
            headers = result.get("headers") or {}
            return {**result, "headers": _with_timing(headers, timing)}
        if hasattr(result, "status_code") and hasattr(result, "headers"):
            before = _header(result.headers, "server-timing")
            result.headers["Server-Timing"] = timing if before is None else "%s, %s" % (before, timing)
    except Exception:
        pass
    return result


def _with_timing(headers, timing):
    before = _header(headers, "server-timing")
    others = {key: value for key, value in headers.items() if not (isinstance(key, str) and key.lower() == "server-timing")}
    return {**others, "Server-Timing": timing if before is None else "%s, %s" % (before, timing)}
