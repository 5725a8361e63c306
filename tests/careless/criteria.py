"""What is given points for nothing that is known, and does not say what they do not prove."""

from decimal import Decimal

from evaluations.criteria.registry import Criterion, Mode, criteria

criteria.add(Criterion("9.1", "WORK", "条子", Decimal(5), Mode.AUTO))
