"""What is done around every request: where it came from, what its answer may be used for, who was refused."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import audit

EVERYWHERE = [ip_network("0.0.0.0/0"), ip_network("::/0")]
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def client_address(request: HttpRequest) -> str:
    """The address of the client: the last one in the chain that is none of our own proxies (TRUSTED_PROXIES)."""
    proxies = [ip_network(network) for network in settings.TRUSTED_PROXIES]
    address = request.META.get("REMOTE_ADDR", "")
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    while chain and address_in(address, proxies):
        said = chain.pop()
        if not address_in(said, EVERYWHERE):
            break  # no address at all: better our own proxy's than a text that a client made up
        address = said
    return address


def address_in(address: str, networks: list) -> bool:
    """Tell whether the address lies in one of the networks; an unreadable address lies in none."""
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


class AddressMiddleware:
    """Puts the client's address where Django, the lock-out and the audit trail look for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the address set."""
        request.META["REMOTE_ADDR"] = client_address(request)
        with audit.from_address(request.META["REMOTE_ADDR"]):
            return self.get_response(request)


class AnswerMiddleware:
    """Pages for a signed-in person stay in no cache; no page uses sensors; a refusal leaves a trace.

    A refusal is a 403, or a 404 at an address that exists: a record outside the scope (DESIGN §4).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers, write down a refusal."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.user.is_authenticated:
            return response
        response.headers.setdefault("Cache-Control", "no-store, private")
        if response.status_code == 403 or (response.status_code == 404 and request.resolver_match is not None):
            event = audit.Event("core.refused", "", "", request.path[:250], reason=str(response.status_code))
            audit.record_many(by=request.user, events=[event])
        return response
