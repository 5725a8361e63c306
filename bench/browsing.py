"""The real web server with its worker on a database, and browsers that use it."""

from __future__ import annotations

import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

from bench.worker import ROOT, Database, ask

BUSY = "SELECT count(*) FROM core_job WHERE status IN ('QUEUED', 'RUNNING')"
Given = list[tuple[str, str]]


class Form(HTMLParser):
    """The fields of a page's forms with what stands in them, as a browser would send it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.given: Given = []
        self._open = ""  # the textarea or select that is being read
        self._said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would send."""
        attributes = {name: value or "" for name, value in attrs}
        kind = attributes.get("type")
        if tag == "input" and kind not in ("submit", "file", "search"):
            box = kind in ("checkbox", "radio")
            if not box or "checked" in attributes:
                self.given.append((attributes.get("name", ""), attributes.get("value", "on" if box else "")))
        elif tag in ("textarea", "select"):
            self._open, self._said = attributes.get("name", ""), ""
        elif tag == "option" and "selected" in attributes:
            self._said = attributes.get("value", "")

    def handle_data(self, data: str) -> None:
        """The text of a textarea."""
        if self._open and self.lasttag == "textarea":
            self._said += data.strip("\n")

    def handle_endtag(self, tag: str) -> None:
        """It is read."""
        if tag in ("textarea", "select"):
            self.given.append((self._open, self._said))
            self._open = ""


class Browser:
    """A signed-in person; threads share the session."""

    def __init__(self, root: str, username: str = "clerk") -> None:
        self.root, self._opener = root, build_opener(HTTPCookieProcessor(CookieJar()))
        form = dict(Form(self.page("/login/")).given)
        self.page("/login/", form | {"username": username, "password": "ningju-demo"})

    def page(self, address: str, form: Mapping[str, str] | None = None) -> str:
        """The page, or the one that a form leads to."""
        return self.sent(address, urlencode(form).encode() if form is not None else None)[0]

    def posted(
        self, address: str, form: Given, files: Iterable[tuple[str, bytes]] = (), **headers: str
    ) -> tuple[str, str]:
        """What a form with files leads to, and its address."""
        mark = uuid4().hex
        parts = [(f'form-data; name="{name}"', value.encode()) for name, value in form]
        parts += [(f'form-data; name="files"; filename="{name}"', data) for name, data in files]
        body = b"".join(
            f"--{mark}\r\nContent-Disposition: {said}\r\n\r\n".encode() + data + b"\r\n" for said, data in parts
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.sent(address, body + f"--{mark}--\r\n".encode(), **kind, **headers)

    def sent(self, address: str, data: bytes | None, **headers: str) -> tuple[str, str]:
        """The page that comes, and its address."""
        asked = Request(self.root + address, data, {"Referer": self.root + address, **headers})
        with self._opener.open(asked, timeout=120) as answer:
            return str(answer.read().decode()), answer.geturl().removeprefix(self.root)


class Server:
    """The web server and the worker on a database, always at the same address."""

    def __init__(self, database: Database) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.place = f"127.0.0.1:{free.getsockname()[1]}"
        self.root, self._environment = f"http://{self.place}", database.environment
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Both, until pages are answered."""
        web = ["-m", "gunicorn", "config.wsgi", "-c", "python:config.gunicorn", "-b", self.place]
        options = {"cwd": ROOT, "env": self._environment, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self._running = [subprocess.Popen([sys.executable, *one], **options) for one in (web, ["manage.py", "work"])]  # type: ignore[call-overload]
        _answering(self.place)

    def memory(self) -> float:
        """MB of the largest process of the web server."""
        web = self._running[0].pid
        pages = (
            int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            for pid in Path(f"/proc/{web}/task/{web}/children").read_text().split()
        )
        return max(pages) * resource.getpagesize() / (1 << 20)

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait()

    def kill(self) -> None:
        """Both with -9, and all that they had started."""
        for process in self._running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def serving(database: Database) -> Iterator[str]:
    """The web server and the worker on a database; gives the address."""
    server = Server(database)
    try:
        server.start()
        yield server.root
    finally:
        server.stop()


def _answering(place: str) -> None:
    host, port = place.split(":")
    for _ in range(300):
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")


def wait(database: Database) -> None:
    """Until no job waits or runs."""
    time.sleep(0.5)
    while ask(database.environment["DATABASE_URL"], BUSY)[0][0]:
        time.sleep(0.5)


def p95(seconds: list[float]) -> float:
    """What nineteen of twenty stay below."""
    return statistics.quantiles(seconds, n=20)[-1]
