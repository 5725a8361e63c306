"""Addresses of signing in."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.front, name="front"),
    path("login/", views.SignInView.as_view(), name="login"),
    path("login/continue/", views.continue_on_phone, name="continue_on_phone"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("password/", views.PasswordView.as_view(), name="password"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("roles/", views.roles, name="roles"),
]
