"""Addresses of who runs a Party organization."""

from django.urls import path

from members.views import PassOnPage

urlpatterns = [path("posts/<int:pk>/pass-on/", PassOnPage.as_view(), name="post_pass_on")]
