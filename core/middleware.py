"""What is done around every request: where it came from, what its answer may be used for, who was refused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse

from core import audit
from core.locks import impatient
from core.outages import Trouble, trouble_of
from core.page_cache import reading_page
from core.views.failures import SAFE, goes_on_without_file, unavailable

logger = logging.getLogger(__name__)

NUL = "\x00"
BEYOND_IDS = 2**63
EVERYWHERE = [ip_network("0.0.0.0/0"), ip_network("::/0")]
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def client_address(request: HttpRequest) -> str:
    """The address of the client: the last one in the chain that is none of our own proxies (TRUSTED_PROXIES)."""
    proxies = [ip_network(network) for network in settings.TRUSTED_PROXIES]
    address = request.META.get("REMOTE_ADDR", "")
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    while chain and address_in(address, proxies):
        hop = chain.pop()
        if not address_in(hop, EVERYWHERE):
            break  # no address at all: better our own proxy's than a text that a client made up
        address = hop
    return address


def address_in(address: str, networks: list) -> bool:
    """Tell whether the address lies in one of the networks; an unreadable address lies in none."""
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


class Middleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class AddressMiddleware(Middleware):
    """Puts the client's address where Django, the lock-out and the audit trail look for it."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(request)
        with (
            audit.from_address(request.META["REMOTE_ADDR"]),
            reading_page() if request.method in SAFE else nullcontext(),
        ):
            return self.get_response(request)


class AnswerMiddleware(Middleware):
    """Pages for a signed-in person stay in no cache; no page uses sensors; a refusal leaves a trace.

    A refusal is a 403, or a 404 at an address that exists: a record outside the scope (rules §10).
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.user.is_authenticated:
            return response
        response.headers.setdefault("Cache-Control", "no-store, private")
        if response.status_code == 403 or (response.status_code == 404 and request.resolver_match is not None):
            event = audit.Event("core.refused", "", "", request.path[:250], reason=str(response.status_code))
            _unless_it_passes(partial(audit.record_bounded, by=request.user, event=event))
        return response


class ReadingSessionMiddleware(SessionMiddleware):
    """Sessions as Django keeps them; but a page that only reads neither fails nor waits because the time of its use cannot
    be written: on a full disk, or while a list is written on SQLite."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        keep = super().process_response
        if request.method in SAFE and request.session.modified:
            _unless_it_passes(lambda: keep(request, response))
            return response
        try:
            return keep(request, response)
        except SessionInterrupted as error:  # Django takes every failure for a session that was deleted
            if trouble_of(error) is None:
                raise
            raise OperationalError("the session could not be kept") from error


class PlainTextMiddleware(Middleware):
    """No text of ours holds the character NUL, which PostgreSQL cannot keep nor look for; no id is beyond what either
    database counts to."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse a request that holds such a text (400), and an address with such an id (404), once it has been allowed."""
        if any(isinstance(value, int) and value >= BEYOND_IDS for value in kwargs.values()):
            raise Http404
        given = (
            text for data in (request.GET, request.POST) for name, texts in data.lists() for text in (name, *texts)
        )
        if NUL in request.path_info or any(NUL in text for text in given):
            raise BadRequest("the character NUL")


class WritersMiddleware(Middleware):
    """Lets so many requests of a process write at once that, should all of them wait for a lock, threads are left for
    reading and signing in."""

    places = threading.BoundedSemaphore(settings.WEB_WRITERS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.writes = False  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            if request.writes:  # type: ignore[attr-defined]
                self.places.release()

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Take a place, or say that too many write. A file for which there is no room was left out when it arrived: a page
        whose text is worth keeping alone says so itself (`goes_on_without_file`)."""
        if request.method in SAFE or not getattr(view, "login_required", True):
            return None
        if request.POST is not None and request.META.get("ningju.no_room") and not goes_on_without_file(request):
            return unavailable(request, Trouble.FULL)
        request.writes = self.places.acquire(blocking=False)  # type: ignore[attr-defined]
        return None if request.writes else unavailable(request, Trouble.CROWD)  # type: ignore[attr-defined]


def _unless_it_passes(write: Callable[[], object]) -> None:
    """Write what an answer does not depend on; what passes by itself is noted and not waited for."""
    try:
        with impatient():
            write()
    except (DatabaseError, SessionInterrupted) as error:
        if trouble_of(error) is None:
            raise
        logger.warning("not written beside an answer: %s", trouble_of(error))
