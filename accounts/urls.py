"""Addresses of signing in and of accounts."""

from django.urls import path

from accounts.views import accounts, sign_in

urlpatterns = [
    path("", sign_in.front, name="front"),
    path("login/", sign_in.SignInView.as_view(), name="login"),
    path("login/continue/", sign_in.continue_on_phone, name="continue_on_phone"),
    path("logout/", sign_in.SignOutView.as_view(), name="logout"),
    path("password/", sign_in.PasswordView.as_view(), name="password"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("accounts/", accounts.AccountList.as_view(), name="accounts"),
    path("accounts/new/", accounts.NewAccount.as_view(), name="account_new"),
    path("accounts/<int:pk>/", accounts.AccountPage.as_view(), name="account"),
    path("roles/", sign_in.roles, name="roles"),
]
