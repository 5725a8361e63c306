"""What evaluations keep: rubrics with their criteria."""

from evaluations.models.rubrics import Rubric, RubricCriterion

__all__ = ["Rubric", "RubricCriterion"]
