"""Where every address begins."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


urlpatterns = [
    path("robots.txt", robots),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("orgs.urls")),
    path("", include("members.urls")),
    path("", include("dues.urls")),
    path("", include("activities.urls")),
    path("", include("instructors.urls")),
    path("", include("evaluations.urls")),
    path("", include("reports.urls")),
    path("admin/", admin.site.urls),
]
handler500 = "core.views.failures.failed"
