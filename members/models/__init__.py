"""Members and the periods of their membership; who runs a Party organization, its groups and terms."""

from members.models.accounts import AccountBatch, WantedAccount
from members.models.members import FormerMembership, Member
from members.models.posts import PartyGroup, Post, Term

__all__ = ["AccountBatch", "FormerMembership", "Member", "PartyGroup", "Post", "Term", "WantedAccount"]
