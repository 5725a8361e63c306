"""The words of the Opinion for what is five goods of a Party organization (一.6) and of a member (一.11), and for what has a
rubric of its own (三-4: 分类指导)."""

from __future__ import annotations

from django.db import models

from evaluations.rules.goods import MEMBER, PARTY


class Category(models.TextChoices):
    ENTERPRISE = "ENTERPRISE", "企业党支部"
    SOCIAL = "SOCIAL", "社会组织党支部"
    JOINT = "JOINT", "联合党支部"
    MEMBER = "MEMBER", "党员"


class Dimension(models.TextChoices):
    TEAM = "TEAM", PARTY["TEAM"][0]
    MEMBERS = "MEMBERS", PARTY["MEMBERS"][0]
    WORK = "WORK", PARTY["WORK"][0]
    RESULTS = "RESULTS", PARTY["RESULTS"][0]
    MASSES = "MASSES", PARTY["MASSES"][0]


class MemberDimension(models.TextChoices):
    POLITICS = "POLITICS", MEMBER["POLITICS"][0]
    JOB = "JOB", MEMBER["JOB"][0]
    SERVICE = "SERVICE", MEMBER["SERVICE"][0]
    DUTIES = "DUTIES", MEMBER["DUTIES"][0]
    CONDUCT = "CONDUCT", MEMBER["CONDUCT"][0]


class Award(models.TextChoices):
    """What the Opinion commends (三-3, 三-4)."""

    PARTY = "PARTY", "五个好党组织"
    MEMBER = "MEMBER", "五个好党员"
    INSTRUCTOR = "INSTRUCTOR", "优秀党建工作指导员"
    OWNER = "OWNER", "热心党务工作业主"
    WORKER = "WORKER", "优秀党务工作者"


def dimensions_of(category: str) -> dict[str, str]:
    """The five of a category, in their order."""
    return dict(MemberDimension.choices if category == Category.MEMBER else Dimension.choices)


GRADES = {  # what a sum is called, from below its lowest bound on
    Category.MEMBER: ("不合格", "基本合格", "合格", "优秀"),
}
STARS = ("未定级", "一星", "二星", "三星", "四星", "五星")
BOUNDS = {Category.MEMBER: (60, 70, 90)}
STAR_BOUNDS = (60, 70, 80, 90, 95)


def grades_of(category: str) -> tuple[str, ...]:
    return GRADES.get(Category(category), STARS)


def bounds_of(category: str) -> tuple[int, ...]:
    """Where the grades begin unless a rubric says otherwise."""
    return BOUNDS.get(Category(category), STAR_BOUNDS)
