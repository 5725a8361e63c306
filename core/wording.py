"""What must be filled in, by kind of field. The rest of Django's sentences stand in our words in `config/locale`: all kinds of
fields share one sentence there, which can say only “请填写”."""

from django.forms import fields, models

REQUIRED = {
    fields.ChoiceField: "请选择",
    fields.FileField: "请选择文件",
    fields.DateField: "请填写日期",
    models.ModelChoiceField: "请选择",
}


def speak() -> None:
    """Put the words in place of the framework's."""
    for field, required in REQUIRED.items():
        field.default_error_messages = {**field.default_error_messages, "required": required}  # type: ignore[attr-defined]
