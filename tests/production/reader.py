"""A reader of two servers who notices when they disagree, or when one goes back in the log."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.production.site import Site


@dataclass
class Reader:
    """Somebody whose requests go to both servers in turn, for as long as the test lasts."""

    sites: list[Site]
    after: int
    faults: list[str] = field(default_factory=list)
    answers: int = 0
    seq: int = 0
    _lines: dict[int, Any] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self._read_on)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def _read_on(self) -> None:
        for number in itertools.count():
            if self._is_over.is_set():
                return
            try:
                self._read(number)
            except Exception as error:
                self.faults.append(f"request {number}: {error!r}")

    def _read(self, number: int) -> None:
        site = self.sites[number % 2]
        # Each server makes its own: with one address they would share the response in Redis.
        limit = 1_000 - number % 2
        for path in (f"/api/v1/changes/?after={self.after}&limit={limit}", self._page(number)):
            response, body = site.ask(path)
            if response.status != 200:
                self.faults.append(f"request {number}: {path}: {response.status}")
            elif path.startswith("/api"):
                self._compare(number, json.loads(body))
            self.answers += 1

    @staticmethod
    def _page(number: int) -> str:
        """A page that nobody has asked for before."""
        return (
            f"/?target_after={2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        )

    def _compare(self, number: int, log: dict[str, Any]) -> None:
        seq = log["head"]["seq"]
        if seq < self.seq:
            self.faults.append(f"request {number}: back from line {self.seq} to {seq}")
        self.seq = seq
        if self._lines.setdefault(seq, log["results"]) != log["results"]:
            self.faults.append(f"request {number}: other lines up to {seq}")
        if [line["seq"] for line in log["results"]] != list(range(self.after + 1, seq + 1)):
            self.faults.append(f"request {number}: a gap before line {seq}")
