"""What people type to get in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services.accounts import change_password
from accounts.services.sign_in import may_try_password, note_wrong_password
from core.edit_conflicts import MergingForm


class SignInForm(AuthenticationForm):
    """Name, password, and whether the phone is one's own. The answer to a wrong pair does not say which was wrong."""

    trust = forms.BooleanField(label="这是我本人的手机，90 天内免输口令（限书记、党费管理员、指导员）", required=False)
    error_messages = {
        "invalid_login": "登录名或口令不正确，或账号已停用、一次性口令已过期。请重试，或请管理员重置口令",
        "inactive": "账号已停用，请联系系统管理员",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["password"].label = "口令"


class CodeForm(forms.Form):
    """The six digits that the authenticator shows."""

    code = forms.CharField(
        label="动态口令（6 位数字）",
        max_length=7,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class NewFactorForm(CodeForm):
    """One code of the authenticator in use, one of the new one."""

    old_code = forms.CharField(
        label="现在的动态口令（旧手机上的 6 位数字）",
        max_length=7,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("old_code", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "新的动态口令（扫描下图后显示的 6 位数字）"


class NewPasswordForm(PasswordChangeForm):
    """The old password and twice the new one."""

    error_messages = {
        "password_mismatch": "两次输入的新口令不一致，请重新输入",
        "password_incorrect": "现在的口令不正确，请重新输入",
        "password_locked": "现在的口令输错次数过多，请半小时后再试；忘记了的，请管理员重置",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "现在的口令（首次登录为一次性口令）"
        self.fields["new_password1"].label = "新口令"
        self.fields["new_password1"].help_text = "；".join(password_validators_help_texts())
        self.fields["new_password2"].label = "再输一次新口令"
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        """A wrong one is written down; after several none is looked at for a while."""
        if not may_try_password(self.user):
            raise ValidationError(self.error_messages["password_locked"], code="password_locked")
        try:
            return super().clean_old_password()
        except ValidationError:
            note_wrong_password(self.user)
            raise

    def save(self, commit: bool = True) -> User:
        """Hand the new password to the service."""
        change_password(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class AccountForm(MergingForm, forms.Form):
    """What an account says of its person; telephone number and mail address are not shown."""

    name = forms.CharField(label="姓名", max_length=60)
    unit = forms.CharField(label="单位", max_length=120, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    email = forms.EmailField(
        label="电子邮箱", max_length=100, required=False, help_text="书记的本周待办每周提醒一次；不填则不发邮件"
    )

    def __init__(self, *args: Any, instance: User | None = None, **kwargs: Any) -> None:
        self.instance = one = instance or User()
        super().__init__(*args, **kwargs | {"initial": {"name": one.name, "unit": one.unit}})
        self.kept |= {"phone": one.phone, "email": one.email}


class NewAccountForm(AccountForm):
    """A new account: the name to sign in with, and the person."""

    username = forms.RegexField(
        label="登录名",
        regex=r"^[A-Za-z0-9._-]{3,40}$",
        error_messages={"invalid": "登录名由 3 至 40 个字母、数字、点、横线组成"},
        help_text="3 至 40 个字母、数字、点、横线；一人一号，开设后不能更改",
    )
    field_order = ("username", "name", "unit", "phone", "email")


class ReasonForm(forms.Form):
    """Why something is done to an account."""

    reason = forms.CharField(label="原因", max_length=100)
