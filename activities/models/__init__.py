"""组织生活: what branches hold, what is due of them, what they plan and contribute (rules §13)."""

from activities.models.appraisals import Appraisal, AppraisalGrade
from activities.models.contributions import Contribution
from activities.models.from_above import Campaign, Experience
from activities.models.learning import Training
from activities.models.months import ActivityMonth, Obligation
from activities.models.plans import Plan
from activities.models.records import (
    ActivityRecord,
    Attachment,
    Attendance,
    Decision,
    Fingerprint,
    Kind,
    RecordTopic,
    Review,
)
from activities.models.rows import DutyTarget, Pledge, PledgeItem, Rectification, Regulation, RoleModelPost

__all__ = [
    "ActivityMonth",
    "ActivityRecord",
    "Appraisal",
    "AppraisalGrade",
    "Attachment",
    "Attendance",
    "Campaign",
    "Contribution",
    "Decision",
    "DutyTarget",
    "Experience",
    "Fingerprint",
    "Kind",
    "Obligation",
    "Plan",
    "Pledge",
    "PledgeItem",
    "RecordTopic",
    "Rectification",
    "Regulation",
    "Review",
    "RoleModelPost",
    "Training",
]
