"""Addresses of the shared machinery."""

from django.urls import path

from core.views.audit import AuditPage
from core.views.reveal import reveal_field

urlpatterns = [
    path("audit/", AuditPage.as_view(), name="audit"),
    path("reveal/<str:model>/<int:pk>/<str:field>/", reveal_field, name="reveal"),
]
