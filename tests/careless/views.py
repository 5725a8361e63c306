"""A view that asks nobody, and writes by itself; a list without scope, and one that stands nowhere."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core.listing import ListPage
from tests.careless.models import Note


@csrf_exempt
def scribble(request: HttpRequest) -> HttpResponse:
    """Whoever asks."""
    Note.objects.create(text=request.GET["text"])
    return HttpResponse("ok")


class NoteList(ListPage):
    """Everybody's notes; it says neither whose they are nor who takes them out."""

    title, permission = "条子", "registry.view"
    rows = Note.objects


class ForgottenList(ListPage):
    """Declared and never shown."""

    title = "忘了"
