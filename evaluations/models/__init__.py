"""What evaluations keep: rubrics with their criteria; rounds with what each branch or member got in them;
surveys; awards with who was proposed and honoured; demonstration sites."""

from evaluations.models.awards import Commendation, Honour, Proposal, Quota
from evaluations.models.evaluations import Evaluation, Evidence, Exempt, Extra, Score, Stage
from evaluations.models.goals import Goal
from evaluations.models.meetings import Meeting
from evaluations.models.objections import AwardObjection, Objection, Raised
from evaluations.models.rounds import Round
from evaluations.models.rubrics import Rubric, RubricCriterion
from evaluations.models.sites import Pair, Site, SiteVisit
from evaluations.models.surveys import Survey, SurveyPaper, SurveySum, SurveyTicket

__all__ = [
    "AwardObjection",
    "Commendation",
    "Evaluation",
    "Evidence",
    "Exempt",
    "Extra",
    "Goal",
    "Honour",
    "Meeting",
    "Objection",
    "Pair",
    "Proposal",
    "Quota",
    "Raised",
    "Round",
    "Rubric",
    "RubricCriterion",
    "Score",
    "Site",
    "SiteVisit",
    "Stage",
    "Survey",
    "SurveyPaper",
    "SurveySum",
    "SurveyTicket",
]
