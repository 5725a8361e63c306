"""Small tables as their tests use them: what may be edited in each, and its workbook as somebody takes it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib import admin

from core.models import AuditEntry
from tests.people import City
from tests.workbooks import Workbook


@dataclass(frozen=True)
class Case:
    """A table: a word that only one row has, a cell that may be edited in two ways, one to erase, one that must stay."""

    word: str
    header: str
    edits: tuple[str, str]
    needed: str
    optional: str = ""


CASES = {
    "orgs.zone": Case("高新产业园", "名称", ("高新软件园", "高新东园"), "所在区划"),
    "orgs.venue": Case("本区中心", "地址", ("云台路 1 号", "云台路 2 号"), "名称", "地址"),
    "orgs.venueuse": Case("本区中心", "终止", ("2026-11-02", "2026-11-03"), "起始"),
    "orgs.jurisdiction": Case("中共云台街道工作委员会", "管理区划", ("南墩社区", "澄州市"), "管理党组织"),
    "orgs.massorganization": Case("本区主席", "开展的工作", ("慰问职工", "宣讲"), "类型", "负责人"),
    "orgs.liaison": Case("本区联络员", "最近联系", ("2026-11-02", "2026-11-03"), "联络员", "最近联系"),
    "orgs.ownerrecord": Case("本区出资人", "支持情况", ("提供场地", "提供经费"), "姓名", "支持情况"),
    "orgs.democracy": Case("本区约谈", "日期", ("2026-11-02", "2026-11-03"), "形式", "情况"),
    "members.post": Case("本区副书记", "免职日期", ("2026-11-02", "2026-11-03"), "任职日期"),
    "members.partygroup": Case("本区党小组", "成立日期", ("2026-11-02", "2026-11-03"), "名称"),
    "members.term": Case("本区选举结果", "批复文号", ("云工委 1 号", "云工委 2 号"), "换届日期", "选举结果"),
    "instructors.instructor": Case("本区指导员", "人事关系所在单位", ("市档案局", "市图书馆"), "姓名", "人事关系所在单位"),
    "instructors.assignment": Case("本区指导员", "终止", ("2026-11-02", "2026-11-03"), "起始"),
    "activities.campaign": Case("本区主题实践", "要求", ("每月一次", "每季一次"), "名称", "要求"),
    "activities.contribution": Case("本区办实事", "结果", ("已解决", "已答复"), "事项", "佐证"),
    "activities.dutytarget": Case("本区岗位", "目标", ("安全检查", "带教新人"), "目标", "完成结果"),
    "activities.plan": Case("本区党课", "主题（议题）", ("安全生产", "廉洁自律"), "计划日期", "主题（议题）"),
    "activities.pledge": Case("中共云台街道工作委员会", "签订日期", ("2026-11-02", "2026-11-03"), "签订日期"),
    "activities.pledgeitem": Case("本区事项", "完成期限", ("2026-12-02", "2026-12-03"), "责任事项", "完成结果"),
    "activities.rectification": Case("本区问题", "整改措施", ("每周检查", "每月检查"), "责任人"),
    "activities.regulation": Case("本区制度", "通过日期", ("2026-11-02", "2026-11-03"), "名称"),
    "activities.rolemodelpost": Case("本区责任区", "终止", ("2026-11-02", "2026-11-03"), "名称、位置"),
    "evaluations.commendation": Case("本区表彰", "推荐截止日期", ("2026-12-02", "2026-12-03"), "推荐截止日期"),
    "evaluations.goal": Case("本区措施", "争创目标", ("五星", "四星"), "措施"),
    "evaluations.honour": Case("本区称号", "授予单位", ("市委", "省委"), "称号", "文号"),
    "evaluations.pair": Case("本区帮带", "成效", ("显著", "一般"), "帮带内容", "成效"),
    "evaluations.proposal": Case("本区事迹", "主要事迹", ("攻关", "帮困"), "主要事迹"),
    "evaluations.quota": Case("本区表彰", "名额", ("4", "5"), "名额"),
    "evaluations.site": Case("本区示范点", "特色", ("党群共建", "红色物业"), "特色", "命名文号"),
    "evaluations.sitevisit": Case("本区参观团", "学习内容", ("看阵地", "听介绍"), "参观单位", "学习内容"),
    "activities.training": Case("本区课程", "学时", ("4", "6"), "课程"),
}  # fmt: skip
TABLES = {
    model._meta.label_lower: one for model, one in admin.site._registry.items() if getattr(one, "comes_in", False)
}
FIRST = {label.partition(".")[0]: label for label in sorted(TABLES, reverse=True)}  # one of each app


def cases(labels: Iterable[str]) -> pytest.MarkDecorator:
    """A case for each of some tables. One machine carries all of them in, so of each app one shows it on every database."""
    return pytest.mark.parametrize(
        "label",
        [pytest.param(label, marks=[] if label in FIRST.values() else [pytest.mark.once]) for label in sorted(labels)],
    )


every_table = cases(TABLES)


def written() -> int:
    return AuditEntry.objects.exclude(action="core.export").count()


def url_of(label: str) -> str:
    return f"/admin/{label.replace('.', '/')}/"


def book_of(city: City, folder: Path, label: str, username: str = "city") -> Workbook:
    folder.mkdir(exist_ok=True)
    return Workbook.of(city, folder, url_of(label), username)


def mark_of(label: str) -> str:
    return TABLES[label].returning.header
