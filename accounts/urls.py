"""Addresses of signing in and of the own account."""

from django.urls import path

from accounts.views import sign_in
from accounts.views.own import OwnAccount

urlpatterns = [
    path("", sign_in.front, name="front"),
    path("login/", sign_in.SignInView.as_view(), name="login"),
    path("login/continue/", sign_in.continue_on_phone, name="continue_on_phone"),
    path("logout/", sign_in.SignOutView.as_view(), name="logout"),
    path("password/", sign_in.PasswordView.as_view(), name="password"),
    path("me/", OwnAccount.as_view(), name="own_account"),
    path("second-factor/new/", sign_in.new_factor, name="new_factor"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("roles/", sign_in.roles, name="roles"),
]
