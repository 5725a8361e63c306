"""Addresses of evaluations."""

from django.urls import path

from evaluations.views.answers import answer_page, answered
from evaluations.views.applications import Amendment, Application
from evaluations.views.awards import CommendationPage, ProposalPage
from evaluations.views.evaluation import EvaluationPage, EvidenceFile
from evaluations.views.meeting import MeetingPage
from evaluations.views.notices import Notice
from evaluations.views.results import Results
from evaluations.views.rounds import Evaluations, NewRound, PublishedNames, RoundDeadlines, RoundPage, Rounds
from evaluations.views.rubrics import RubricEdit, RubricPage, Rubrics
from evaluations.views.surveys import PaperFile, Sheet, SurveyPage
from evaluations.views.trial import Trial

urlpatterns = [
    path("awards/<int:pk>/", CommendationPage.as_view(), name="commendation"),
    path("awards/<int:pk>/apply/", Application.as_view(), name="apply"),
    path("awards/proposals/<int:pk>/", ProposalPage.as_view(), name="proposal"),
    path("awards/proposals/<int:pk>/amend/", Amendment.as_view(), name="amend"),
    path("rounds/", Rounds.as_view(), name="rounds"),
    path("rounds/new/", NewRound.as_view(), name="round_new"),
    path("rounds/<int:pk>/", RoundPage.as_view(), name="round"),
    path("rounds/<int:pk>/deadlines/", RoundDeadlines.as_view(), name="round_deadlines"),
    path("rounds/<int:pk>/results/", Results.as_view(), name="round_results"),
    path("rounds/<int:pk>/names/", PublishedNames.as_view(), name="round_names"),
    path("rounds/<int:pk>/notice/", Notice.as_view(), name="round_notice"),
    path("rounds/<int:pk>/members/<int:branch>/", MeetingPage.as_view(), name="round_meeting"),
    path("evaluations/", Evaluations.as_view(), name="evaluations"),
    path("evaluations/<int:pk>/", EvaluationPage.as_view(), name="evaluation"),
    path("evaluations/evidence/<int:pk>/", EvidenceFile.as_view(), name="evidence"),
    path("evaluations/<int:pk>/survey/", SurveyPage.as_view(), name="survey"),
    path("evaluations/<int:pk>/survey/sheet/", Sheet.as_view(), name="survey_sheet"),
    path("evaluations/papers/<int:pk>/", PaperFile.as_view(), name="survey_paper"),
    path("survey/", answer_page, name="answer"),
    path("survey/done/", answered, name="answered"),
    path("rubrics/", Rubrics.as_view(), name="rubrics"),
    path("rubrics/<int:pk>/", RubricPage.as_view(), name="rubric"),
    path("rubrics/<int:pk>/edit/", RubricEdit.as_view(), name="rubric_edit"),
    path("rubrics/<int:pk>/try/", Trial.as_view(), name="rubric_try"),
]
