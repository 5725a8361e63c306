"""Shared tables, and what others are made of: audit trail, jobs, parameters, import batches, saved filters."""

from core.models.append_only import PROOF, AppendOnly, AppendOnlyQuerySet
from core.models.audit import AuditEntry, AuditSeal
from core.models.imports import ColumnMapping, ImportBatch, KeptAnswer, Listed, MissingRecord, StagedRow
from core.models.jobs import Job
from core.models.kept import KeptFile
from core.models.lists import SavedFilter
from core.models.parameters import Parameter

__all__ = [
    "PROOF",
    "AppendOnly",
    "AppendOnlyQuerySet",
    "AuditEntry",
    "AuditSeal",
    "ColumnMapping",
    "ImportBatch",
    "Job",
    "KeptAnswer",
    "KeptFile",
    "Listed",
    "MissingRecord",
    "Parameter",
    "SavedFilter",
    "StagedRow",
]
