"""Addresses of signing in and of the own account."""

from django.urls import path

from accounts.views import sign_in

urlpatterns = [
    path("", sign_in.front, name="front"),
    path("login/", sign_in.SignInView.as_view(), name="login"),
    path("login/continue/", sign_in.continue_on_phone, name="continue_on_phone"),
    path("logout/", sign_in.SignOutView.as_view(), name="logout"),
    path("password/", sign_in.PasswordView.as_view(), name="password"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("roles/", sign_in.roles, name="roles"),
]
