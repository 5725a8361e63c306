"""What evaluations keep: rubrics with their criteria; rounds with what each branch or member got in them."""

from evaluations.models.evaluations import Evaluation, Evidence, Exempt, Extra, Objection, Score, Stage
from evaluations.models.rounds import Round
from evaluations.models.rubrics import Rubric, RubricCriterion

__all__ = [
    "Evaluation",
    "Evidence",
    "Exempt",
    "Extra",
    "Objection",
    "Round",
    "Rubric",
    "RubricCriterion",
    "Score",
    "Stage",
]
