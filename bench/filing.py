"""Two hundred secretaries of whom each files once in two minutes, with photos, as the page and its script do (PostgreSQL, the
real web server); the same with web server and worker killed in the middle.

NINGJU_SECRETARIES and NINGJU_MINUTES make it smaller.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from PIL import Image

from bench.browsing import Browser, Form, Given, Server, p95, wait
from bench.lines import Line
from bench.worker import Database, ask, databases

SECRETARIES = int(os.environ.get("NINGJU_SECRETARIES", "200"))
SECONDS = 60 * float(os.environ.get("NINGJU_MINUTES", "10"))
EVERY = min(120.0, SECONDS)  # seconds in which each files once
DRAFTS, PHOTOS = 6, 2  # that the script sends while a record is filled in
ALONE = 10  # records of one secretary while nobody else is there
AGAIN = 15.0  # seconds until the script, or the person, sends again what was not answered (static/js/branch.js)
AWAY = 5.0  # seconds until systemd starts what was killed (docs/deployment.md)
BACK = 45.0  # seconds after a kill from which on nothing may fail
SPARED = ("fsync", "synchronous_commit", "full_page_writes")  # by a throw-away server; not here
WORDS = "学习贯彻全会精神党员车间安全检查节能降耗建议讨论分工整改完成公布结果职工困难帮扶志愿服务技术攻关诚信经营"
STEPS = ("branch", "form", "draft", "photo", "submit")


class Told:
    """What all of them met: seconds of each answer by step, what was handed in, what failed and when."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.sent: dict[str, dict[str, Any]] = {}
        self.failed: list[tuple[float, str]] = []

    def timed(self, step: str, ask_for: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """The answer, asked for again until it is one."""
        while True:
            started = time.perf_counter()
            try:
                page, address = ask_for()
            except (OSError, HTTPException) as error:  # no connection, or a page that says that it failed
                self.failed.append((time.monotonic(), f"{step} {getattr(error, 'code', error)}"))
                if isinstance(error, HTTPError) and error.code not in (500, 502, 503):
                    raise
                time.sleep(AGAIN)
            else:
                self.seconds[step].append(time.perf_counter() - started)
                return page, address


def secretary(browser: Browser, told: Told, photos: list[bytes], pause: Callable[[], None]) -> None:
    """From 本月待办 to a record that is handed in."""
    page, _ = told.timed("branch", lambda: browser.sent("/branch/", None))
    pause()
    address = page.split('?kind=THEME_DAY">')[0].rsplit('"', 1)[1]
    page, _ = told.timed("form", lambda: browser.sent(f"{address}?kind=THEME_DAY", None))
    said = {"starts_at": "17:30", "ends_at": "19:00", "place": "三楼会议室", "host": "书记", "recorder": "书记"}
    said |= {"topic": "".join(random.choices(WORDS, k=12)), "content": "".join(random.choices(WORDS, k=240))}
    form, stamps = Form(page).given, [""]
    for part in range(1, DRAFTS + 1):
        pause()
        typed = _filled(form, said | {"content": said["content"][: 40 * part]}, stamps)
        _saved("draft", browser, told, address, typed)
    for number, photo in enumerate(photos):
        pause()
        _saved("photo", browser, told, address, _filled(form, said, stamps), [(f"IMG_{number}.jpg", photo)])
    pause()
    last = [*_filled(form, said, stamps), ("submit", "1")]
    page, there = told.timed("submit", lambda: browser.posted(address, last))
    if not there.startswith("/branch/records/"):
        told.failed.append((time.monotonic(), f"submit {re.findall('<li>.*?</li>', page)}"))
    else:
        told.sent[address.split("/")[-2]] = {
            "topic": said["topic"], "content": said["content"], "photos": [hashlib.sha256(one).hexdigest() for one in photos],
        }  # fmt: skip


def _saved(step: str, browser: Browser, told: Told, address: str, form: Given, files: Any = ()) -> None:
    """What the script sends beside the typing."""
    sent = [*form, ("draft", "1")]
    answer, _ = told.timed(step, lambda: browser.posted(address, sent, files, Accept="application/json"))
    if "saved" not in (kept := json.loads(answer)) or kept["refused"]:
        told.failed.append((time.monotonic(), f"{step} {answer[:200]}"))


def _filled(given: Given, said: dict[str, str], stamps: list[str]) -> Given:
    """The form with what was typed, and the first member ill; each content has its stamp, beside those sent before."""
    first = next(value for name, value in given if name.startswith("roll")).split(",")[0]
    said = said | {f"reason-{first}": "SICK", "known": " ".join(stamps), "stamp": f"{time.time_ns():x}"}
    stamps.append(said["stamp"])
    return [(name, said.get(name, value)) for name, value in given if (name, value) != ("came", first)]


def photo(grain: Image.Image) -> bytes:
    """One that looks like no other, some 200 kB, as the script has made it small."""
    colours = [Image.effect_noise((8, 6), 120) for _ in range(3)]
    out = io.BytesIO()
    Image.blend(Image.merge("RGB", colours).resize(grain.size, 3), grain, 0.1).save(out, "JPEG", quality=82)
    return out.getvalue()


def lines(wanted: str) -> Iterator[Line]:
    """Both runs; one alone when its name is given."""
    runs = [
        name for name in ("filing", "filing_killed") if f"{name}.".startswith(wanted) or wanted.startswith(f"{name}.")
    ]
    if not runs:
        return
    grain = Image.effect_noise((800, 600), 60).resize((1600, 1200)).convert("RGB")
    photos = [photo(grain) for _ in range(PHOTOS * (int(SECRETARIES * SECONDS / EVERY) + ALONE))]
    with databases(*(f"postgresql_{name}" for name in runs)) as found:
        for name in runs:
            yield from _run(name, found[f"postgresql_{name}"], list(photos))


def _run(name: str, database: Database, photos: list[bytes]) -> Iterator[Line]:
    for setting in SPARED:
        ask(database.environment["DATABASE_URL"], f"ALTER SYSTEM SET {setting} = on")
    ask(database.environment["DATABASE_URL"], "SELECT pg_reload_conf()")
    database.city(0, 0)
    names, server, killed_at = database.measure("secretaries", SECRETARIES)["names"], Server(database), 0.0
    server.start()
    try:
        time.sleep(AWAY)
        wait(database)
        with ThreadPoolExecutor(4) as pool:
            browsers = list(pool.map(lambda one: Browser(server.root, one), names))
        alone, told = Told(), Told()
        for _ in range(ALONE):
            secretary(browsers[0], alone, [photos.pop() for _ in range(PHOTOS)], lambda: time.sleep(0.2))
        memory = [server.memory()]
        began, busy, own = time.monotonic(), _busy(), time.process_time()
        people = [threading.Thread(target=_month, args=(one, told, photos)) for one in browsers]
        for person in people:
            person.start()
        if name == "filing_killed":
            time.sleep(SECONDS / 2)
            killed_at = time.monotonic()
            server.kill()
            time.sleep(AWAY)
            server.start()
        for person in people:
            person.join()
        passed = time.monotonic() - began
        own, busy = time.process_time() - own, _busy() - busy
        memory.append(server.memory())
        wait(database)
    finally:
        server.stop()
    yield from _figures(name, database, alone, told, killed_at)
    for when, megabytes in zip(("before", "after"), memory, strict=True):
        yield Line(f"{name}.memory_{when}", megabytes, "MB of the largest web process")
    yield Line(f"{name}.generator", 100 * own / passed / (os.cpu_count() or 1), "% of the processors")
    yield Line(f"{name}.machine", 100 * busy / passed / (os.cpu_count() or 1), "% of the processors, all that ran")


def _month(browser: Browser, told: Told, photos: list[bytes]) -> None:
    """One secretary, from some moment of the first two minutes on."""
    begin, rest = time.monotonic() + random.uniform(0, EVERY), EVERY / (DRAFTS + PHOTOS + 3)
    for turn in range(int(SECONDS / EVERY)):
        time.sleep(max(0.0, begin + turn * EVERY - time.monotonic()))
        secretary(
            browser, told, [photos.pop() for _ in range(PHOTOS)], lambda: time.sleep(rest * random.uniform(0.5, 1.5))
        )


def _figures(name: str, database: Database, alone: Told, told: Told, killed_at: float) -> Iterator[Line]:
    sent = database.folder / "sent.json"
    sent.write_text(json.dumps(alone.sent | told.sent))
    arrived = database.measure("arrived", sent)
    meant = SECRETARIES * int(SECONDS / EVERY)
    yield Line(f"{name}.records", len(told.sent), "records", bound=meant, at_least=True)
    for what, number in arrived.items():
        yield Line(f"{name}.{what}", number, "records or files", bound=0)
    after = [at - killed_at for at, _ in told.failed if killed_at and at >= killed_at]
    met = [what for at, what in told.failed if not killed_at or not 0 <= at - killed_at <= BACK]
    yield Line(
        f"{name}.errors", len(met) + len(alone.failed), "requests" + "".join(f"; {one}" for one in met[:5]), bound=0
    )
    if killed_at:
        yield Line(f"{name}.sent_again", len(after), "requests")
        yield Line(f"{name}.last_failure", max(after, default=0), "s after the kill", bound=BACK)
    for step in STEPS:
        yield Line(f"{name}.{step}_seconds", p95(told.seconds[step]), "s, 95 of 100")
        yield Line(f"{name}.{step}_alone_seconds", statistics.median(alone.seconds[step]), "s, the middle one alone")
        yield Line(f"{name}.{step}", p95(told.seconds[step]) / p95(alone.seconds[step]), "× alone", bound=3)
    everything = [[one for step in STEPS for one in of.seconds[step]] for of in (told, alone)]
    yield Line(f"{name}.all", p95(everything[0]) / p95(everything[1]), "× alone", bound=3)
    database.manage("recount", "--check")
    database.manage("audit_verify")


def _busy() -> float:
    """Seconds that the processors have worked since the machine began."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
