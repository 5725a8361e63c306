"""How a form of the back office is saved: by a service; what is said then, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.pages import way_back

if TYPE_CHECKING:
    from core.admin.forms import ServiceForm


class SavingByService:
    """The half of an admin class that writes. Subclasses give `create` and `change`."""

    opts: Any

    def create(self, request: HttpRequest, form: ServiceForm) -> models.Model:
        raise NotImplementedError

    def change(self, request: HttpRequest, form: ServiceForm) -> models.Model:
        raise NotImplementedError

    def write(self, request: HttpRequest, form: ServiceForm) -> models.Model:
        if form.instance.pk is None:
            return self.create(request, form)
        return self.change(request, form)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> models.Model:
        """The service has saved; go on with its record."""
        request.saved_form = form  # type: ignore[attr-defined]
        return form.saved

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Nothing: the service has saved."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: there are no inlines that write."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Nothing: the service wrote the audit entry."""
        return []

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:  # type: ignore[override]
        """Nothing: the service wrote the audit entry."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:  # type: ignore[override]
        """Nothing: the service wrote the audit entry."""

    def record_url(self, record: models.Model) -> str:
        """Where the record is shown as a whole; empty when only the form shows it."""
        return ""

    def response_add(self, request: HttpRequest, obj: models.Model, post_url_continue: str | None = None) -> Any:
        """Say what is there now, and go on to it, or to the next new one."""
        message = format_html("已登记{}“{}”。", self.opts.verbose_name, obj)
        if "_addanother" in request.POST:
            return self._said(request, obj, message, request.get_full_path())
        return self._said(request, obj, message, "", ("再登记一条", request.get_full_path()))

    def response_change(self, request: HttpRequest, obj: models.Model) -> Any:
        """Say what is different now, in the words of the form."""
        form: Any = request.saved_form  # type: ignore[attr-defined]
        changed = [str(form.fields[name].label) for name in form.changed_data if name != "reason"]
        message = (
            format_html("已保存“{}”：{}。", obj, "、".join(changed)) if changed else format_html("“{}”没有改动。", obj)
        )
        return self._said(request, obj, message, "")

    def _said(
        self,
        request: HttpRequest,
        obj: models.Model,
        message: SafeString,
        url: str,
        further: tuple[str, str] | None = None,
    ) -> HttpResponse:
        """On to `url`, else to where one came from, the record, or the list; the message leads to the record and further."""
        record = self.record_url(obj) or self.url_of("change", obj.pk)
        url = url or way_back(request, self.record_url(obj)) or self.url_of("changelist")
        links = [(f"查看{self.opts.verbose_name}", record)] if url != record else []
        ways = format_html_join("", ' <a href="{1}">{0}</a>', [*links, *([further] if further else [])])
        messages.success(request, format_html("{}{}", message, ways))
        return HttpResponseRedirect(url)

    def url_of(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)
