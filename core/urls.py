"""Addresses of the shared machinery."""

from django.urls import path

from core.views.audit import AuditPage
from core.views.columns import ColumnsPage
from core.views.decisions import ConflictsPage, IdentityPage, MissingPage, UndoPage
from core.views.health import StatusPage
from core.views.history import BatchList
from core.views.imports import BatchPage, ErrorWorkbook, OriginalFile, UploadPage, show_progress
from core.views.jobs import show_job
from core.views.reveal import reveal_field

urlpatterns = [
    path("audit/", AuditPage.as_view(), name="audit"),
    path("imports/", BatchList.as_view(), name="imports"),
    path("imports/new/", UploadPage.as_view(), name="import-new"),
    path("imports/<int:pk>/", BatchPage.as_view(), name="import"),
    path("imports/<int:pk>/progress/", show_progress, name="import-progress"),
    path("imports/<int:pk>/columns/", ColumnsPage.as_view(), name="import-columns"),
    path("imports/<int:pk>/conflicts/", ConflictsPage.as_view(), name="import-conflicts"),
    path("imports/<int:pk>/identity/", IdentityPage.as_view(), name="import-identity"),
    path("imports/<int:pk>/missing/", MissingPage.as_view(), name="import-missing"),
    path("imports/<int:pk>/undo/", UndoPage.as_view(), name="import-undo"),
    path("imports/<int:pk>/problems.xlsx", ErrorWorkbook.as_view(), name="import-problems"),
    path("imports/<int:pk>/file/", OriginalFile.as_view(), name="import-file"),
    path("jobs/<int:pk>/", show_job, name="job"),
    path("status/", StatusPage.as_view(), name="status"),
    path("reveal/<str:model>/<int:pk>/<str:field>/", reveal_field, name="reveal"),
]
