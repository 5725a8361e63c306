"""Passwords (rules §8): at least 10 characters, 3 of 4 classes, none of the last 5, nothing of one's own name."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import User

MIN_LENGTH = 10
MIN_CLASSES = 3


class Composition:
    """Long enough and of enough kinds of characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with what is missing."""
        if len(password) < MIN_LENGTH:
            raise ValidationError(f"口令只有 {len(password)} 位，至少要 {MIN_LENGTH} 位")
        kinds = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())
        held = sum(any(kind(letter) for letter in password) for kind in kinds)
        if held < MIN_CLASSES:
            raise ValidationError(f"大写字母、小写字母、数字、符号中至少要有 {MIN_CLASSES} 种，现在有 {held} 种")

    def get_help_text(self) -> str:
        return f"至少 {MIN_LENGTH} 位，大写字母、小写字母、数字、符号中至少有 {MIN_CLASSES} 种"


class NothingPersonal:
    """Holds neither the sign-in name nor the phone number."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password can be guessed from the account."""
        known = (user.username, user.phone) if user else ()
        if any(len(word) >= 4 and word.lower() in password.lower() for word in known):
            raise ValidationError("口令不能含有登录名或电话号码")

    def get_help_text(self) -> str:
        return "不含登录名和电话号码"


class NotUsedBefore:
    """Is neither the present password nor one of the last ones."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password comes back."""
        if user is None or not user.pk:
            return
        former = user.former_passwords.order_by("-until", "-pk").values_list("password", flat=True)
        hashes = [user.password, *former[: settings.PASSWORD_HISTORY]]
        if any(check_password(password, old) for old in hashes):
            raise ValidationError(f"不能与现在的口令和最近 {settings.PASSWORD_HISTORY} 次用过的口令相同")

    def get_help_text(self) -> str:
        return f"不与最近 {settings.PASSWORD_HISTORY} 次的口令相同"


class NotCommon(CommonPasswordValidator):
    """Is none of the twenty thousand passwords that everybody tries first."""

    def get_error_message(self) -> str:
        return "这个口令太常见，容易被猜到，请换一个"

    def get_help_text(self) -> str:
        return "不是常见口令"
