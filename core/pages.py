"""What every page shares: who may open it, and the frame of navigation around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView

from core.refusals import Refusal, as_sentence
from core.registries import Registry
from core.scope import Scope, ScopedQuerySet
from core.workers import NONE_LIVES, living

MOST_DIGITS = 19  # 9,223,372,036,854,775,807 has them

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User


class PageRequest(HttpRequest):
    """The request of somebody signed in, as the middleware hands it on."""

    user: User
    scope: Scope


@dataclass(frozen=True)
class NavigationEntry:
    """A link in the header for whoever holds the permission, or of whom `permission` says so. Apps add theirs in `navigation.py`.

    `also` is where else its pages lie than below its own address, as a pattern.
    """

    code: str
    title: str
    url_name: str
    permission: str | Callable[[Scope], bool]
    order: int = 100
    also: str = ""

    def offered(self, scope: Scope) -> bool:
        return scope.may(self.permission) if isinstance(self.permission, str) else self.permission(scope)


navigation: Registry[NavigationEntry] = Registry()


@dataclass(frozen=True)
class NavigationLink:
    """An entry as the header shows it; `current` when the request lies below it."""

    title: str
    url: str
    current: bool


@cache
def address(name: str) -> str:
    """What `reverse` gives for an address without numbers: a page has hundreds, so each is asked for once a process."""
    return reverse(name)


def number(text: str | None) -> int | None:
    """The id that an address or a form names: ASCII digits, and no more of them than a database keeps; else None."""
    digits = text or ""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < MOST_DIGITS else None


def numbers(texts: Iterable[str]) -> list[int]:
    """Those of the texts that can be ids."""
    return [found for found in map(number, texts) if found is not None]


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Where somebody who was sent here from another page goes on to: `next` of the address, when it is of this system."""
    asked = request.GET.get("next", "")
    own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if own else otherwise


def to_change(rows: ScopedQuerySet, scope: Scope, pk: object) -> Any:
    """The row of `rows` that somebody wants to write: 404 out of sight, 403 where it may only be looked at."""
    return _found(rows.changeable(scope), rows.within(scope), pk)


def to_attach(rows: ScopedQuerySet, scope: Scope, pk: object, *, to: type[Model]) -> Any:
    """The row of `rows` that a new row of the model `to` shall name; refused in the same way."""
    return _found(rows.attachable(scope, to), rows.within(scope), pk)


def _found(allowed: ScopedQuerySet, seen: ScopedQuerySet, pk: object) -> Any:
    kind = str(allowed.model._meta.verbose_name)
    try:
        if found := allowed.filter(pk=pk).first():
            return found
        only_seen = seen.filter(pk=pk).exists()
    except ValueError:  # no number
        only_seen = False
    if only_seen:
        above = getattr(allowed.model, "given_from_above", False)
        why = "由上级党组织确定" if above else "不归您的党组织管理"
        whom = "上级党组织" if above else "管理它的党组织"
        raise PermissionDenied(f"这条记录（{kind}）{why}，可以查看，不能修改；请联系{whom}。")
    raise Http404(f"没有这条{kind}，或不在您的管辖范围。")


class PermissionMixin(AccessMixin):
    """Opens a view to whoever holds `permission`: the sign-in page for strangers, 403 for everyone else."""

    permission: str
    raise_exception = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.scope.may(self.permission):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class FormPage(PermissionMixin, FormView):
    """A form and the service behind it: `act` does what was typed and says that it is done, or gives another page to show.

    What the service refuses stands at the field that `field_of` names, else at the one with whose name the sentence begins,
    else at the form.
    """

    request: PageRequest

    def act(self, data: dict[str, Any]) -> str | HttpResponseBase:
        raise NotImplementedError

    def field_of(self, refusal: Exception) -> str | None:
        return None

    def form_valid(self, form: Form) -> HttpResponseBase:  # type: ignore[override]
        try:
            done = self.act(form.cleaned_data)
        except (Refusal, ValidationError) as refusal:
            blame(form, refusal, self.field_of(refusal))
            return self.form_invalid(form)
        if not isinstance(done, str):
            return done
        messages.success(self.request, done)
        return super().form_valid(form)


def blame(form: Form, refusal: Refusal | ValidationError, field: str | None = None) -> Form:
    """The form with what a service refused at the field that is named, else at the one with whose name the sentence begins."""
    assert form.errors is not None, "it is read before it is blamed"
    for error in [as_sentence(refusal)] if isinstance(refusal, Refusal) else refusal.messages:
        form.add_error(field or begun_with(form, error), error)
    return form


def begun_with(form: Form, sentence: str) -> str | None:
    """The field with whose name, without its （元）, a sentence begins."""
    labels = ((name, str(field.label or "").partition("（")[0]) for name, field in form.fields.items())
    return next((name for name, label in labels if label and sentence.startswith(label)), None)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the navigation of the request's scope and whether no worker lives, when a template asks for it."""
    return {
        "navigation": SimpleLazyObject(lambda: links(getattr(request, "scope", None), request.path)),
        "worker_down": SimpleLazyObject(lambda: "" if living() else NONE_LIVES),
    }


def links(scope: Scope | None, path: str) -> list[NavigationLink]:
    """The header's links in order; of several that match the path the longest is the current one."""
    if scope is None:
        return []
    entries = sorted((e for e in navigation if e.offered(scope)), key=lambda entry: entry.order)
    urls = {entry.code: address(entry.url_name) for entry in entries}
    places = [(e.code, re.match(f"{re.escape(urls[e.code])}|{e.also or urls[e.code]}", path)) for e in entries]
    above = [(found.end(), code) for code, found in places if found]
    _, current = max(above, default=(0, ""))
    return [NavigationLink(e.title, urls[e.code], e.code == current) for e in entries]
