"""Steps of a journey with somebody else's client: each prints PASS or FAIL; the exit code counts the failures."""

import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import NoReturn, TypeVar

Step = TypeVar("Step", bound=Callable[[], str | None])
Kind = TypeVar("Kind", bound=BaseException)


class Journey:
    def __init__(self, client_name: str) -> None:
        self.client_name = client_name
        self.passed = 0
        self.failed = 0

    def step(self, action: Step) -> Step:
        """Runs the function at once, under its own name; a step that fails does not stop the next."""
        began = time.monotonic()
        try:
            note = action() or ""
        except Exception as error:  # whatever a client raises is a finding, not a crash of the driver
            self.failed += 1
            print(f"FAIL {action.__name__}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        else:
            self.passed += 1
            print(f"PASS {action.__name__} ({(time.monotonic() - began) * 1000:.0f} ms) {note}", flush=True)
        return action

    def told(self) -> int:
        """Prints what became of the steps and says how many failed."""
        print(f"{self.client_name}: {self.passed} passed, {self.failed} failed", flush=True)
        return self.failed

    def finish(self) -> NoReturn:
        sys.exit(min(self.told(), 99))


def same(got: object, wanted: object, what: str) -> None:
    """Refuses a value that is not the one expected."""
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, not {wanted!r}")


def holds(condition: object, what: str) -> None:
    """Refuses a condition that does not hold."""
    if not condition:
        raise AssertionError(what)


def raised(kind: type[Kind], action: Callable[[], object]) -> Kind:
    """The error of the given kind that the action must raise."""
    try:
        result = action()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}, but {result!r}")


def deliver(url: str, **query: object) -> None:
    """Has a twin send a text."""
    request = urllib.request.Request(f"{url}?{urllib.parse.urlencode(query)}", method="POST")
    urllib.request.urlopen(request, timeout=10)
