"""Members and the periods of their membership."""

from members.models.members import FormerMembership, Member

__all__ = ["FormerMembership", "Member"]
