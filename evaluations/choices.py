"""The words of the Opinion for what is five goods of a Party organization (一.6) and of a member (一.11), and for what has a
rubric of its own (三-4: 分类指导)."""

from __future__ import annotations

from django.db import models


class Category(models.TextChoices):
    ENTERPRISE = "ENTERPRISE", "企业党支部"
    SOCIAL = "SOCIAL", "社会组织党支部"
    JOINT = "JOINT", "联合党支部"
    MEMBER = "MEMBER", "党员"


class Dimension(models.TextChoices):
    TEAM = "TEAM", "领导班子好"
    MEMBERS = "MEMBERS", "党员队伍好"
    WORK = "WORK", "工作机制好"
    RESULTS = "RESULTS", "工作业绩好"
    MASSES = "MASSES", "群众反映好"


class MemberDimension(models.TextChoices):
    POLITICS = "POLITICS", "政治素质好"
    JOB = "JOB", "工作业绩好"
    SERVICE = "SERVICE", "服务群众好"
    DUTIES = "DUTIES", "履行义务好"
    CONDUCT = "CONDUCT", "思想作风好"


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
