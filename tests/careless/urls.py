"""Where it stands."""

from django.urls import path

from tests.careless.views import scribble

urlpatterns = [path("careless/", scribble)]
