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


MEANS: dict[str, str] = {  # what each of the five means, in the Opinion's words, without the names of campaigns that are over
    Dimension.TEAM: "党组织领导班子及其成员认真贯彻执行党的路线方针政策，服务生产经营，求真务实，开拓进取，善于协调，有较强的凝聚力和战斗力",
    Dimension.MEMBERS: "党员爱岗敬业，先进性意识强，能够团结凝聚群众，发挥先锋模范作用",
    Dimension.WORK: "党组织工作制度健全、运行规范，党建工作充满生机和活力",
    Dimension.RESULTS: "党组织正常开展活动和充分发挥作用，有效服务和促进新经济社会组织健康发展",
    Dimension.MASSES: "党组织善于依法维护各方合法权益，为新经济社会组织所有者、经营者和广大职工所拥护",
    MemberDimension.POLITICS: "自觉加强学习，理想信念坚定，在政治上、思想上、行动上始终与党中央保持高度一致",
    MemberDimension.JOB: "技术素质和业务水平高；具有强烈的事业心、责任感，能吃苦、讲奉献，在本职岗位上做出优异成绩",
    MemberDimension.SERVICE: "密切联系群众，热心为职工群众服务，得到群众支持和拥护",
    MemberDimension.DUTIES: "认真执行党组织决议、决定，积极完成党组织分配的工作，模范地履行党章规定的各项义务",
    MemberDimension.CONDUCT: "艰苦奋斗，遵纪守法，在社会主义和谐社会建设中充分发挥先锋模范作用",
}  # fmt: skip


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
