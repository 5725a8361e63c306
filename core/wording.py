"""What the framework's own checks say, in the words of our pages: what to type, not what a field is."""

from django.core import validators
from django.forms import fields, models

REQUIRED, CHOOSE = "请填写", "请选择"
MESSAGES = {
    fields.Field: {"required": REQUIRED},
    fields.ChoiceField: {"required": CHOOSE, "invalid_choice": "请从列出的选项中选择"},
    fields.FileField: {
        "required": "请选择文件",
        "invalid": "没有收到文件，请重新选择",
        "empty": "文件是空的，请重新选择",
    },
    fields.DateField: {"required": "请填写日期", "invalid": "请填写日期，如 2026-11-24"},
    fields.IntegerField: {"invalid": "请填写整数"},
    fields.DecimalField: {"invalid": "请填写数字"},
    fields.RegexField: {"invalid": "请核对填写的内容"},
    models.ModelChoiceField: {"required": CHOOSE, "invalid_choice": "请从列出的选项中选择"},
}
VALIDATORS = {
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现在有 %(show_value)d 个",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现在有 %(show_value)d 个",
    validators.MaxValueValidator: "不能大于 %(limit_value)s",
    validators.MinValueValidator: "不能小于 %(limit_value)s",
}


def speak() -> None:
    """Put the words in place of the framework's."""
    for field, messages in MESSAGES.items():
        field.default_error_messages = {**field.default_error_messages, **messages}  # type: ignore[attr-defined]
    for validator, message in VALIDATORS.items():
        validator.message = message  # type: ignore[assignment]
