"""Where it stands."""

from django.urls import path

from tests.careless.views import NoteList, scribble

urlpatterns = [path("careless/", scribble), path("careless/notes/", NoteList.as_view())]
