"""The link of evaluations in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry(
        "evaluations", "评定", "rounds", P.EVALUATIONS_RESULTS, order=57, also="/(rounds|evaluations|rubrics|awards)/"
    )
)
