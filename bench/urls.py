"""The product's addresses, and two answers with nothing in them: behind our middleware, and behind Django's own."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in answer: session, user and scope are read, nothing is said."""
    return HttpResponse(str(request.user.is_authenticated and bool(request.scope.grants)))  # type: ignore[attr-defined]


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """What Django's own middleware costs with a session and a user."""
    return HttpResponse(str(request.user.is_authenticated and "_auth_user_id" in request.session))


urlpatterns = [path("bench/empty/", empty), path("bench/bare/", bare), path("", include("config.urls"))]
