"""What stands beside the points: bonuses, penalties and vetoes of domain practice, by their codes (rules §15). Pure."""

from __future__ import annotations

from decimal import Decimal

from evaluations.rules.totals import Extra

BONUSES = {
    "PROVINCE": Extra("省级以上表彰", Decimal(3)),
    "CITY": Extra("市级表彰", Decimal(2)),
    "COUNTY": Extra("县级表彰", Decimal(1)),
}
PENALTIES = {"CRITICISED": Extra("通报批评", Decimal(2))}  # each time

BRANCH_VETOES = {  # the first six of the last two years (陕西 2014)
    "OWNER": "主要出资人或书记近两年严重违法违纪",
    "ACCIDENT": "近两年发生重大生产安全事故",
    "POLLUTION": "近两年发生重大环境污染事件",
    "CRIME": "近两年发生重大刑事、治安案件",
    "MASS": "近两年发生群体性事件",
    "CREDIT": "近两年有信用、工商、税务严重不良记录",
    "FALSE": "弄虚作假，经查属实",
    "SILENT": "连续六个月没有活动",
    "DISCIPLINE": "书记受到撤销党内职务以上处分",
}
MEMBER_VETOES = {
    "DISCIPLINE": "受到党纪处分",
    "CRIME": "受到刑事处罚",
    "GATHERING": "参加非法集会、邪教组织",
    "DUES": "连续六个月不交纳党费",
}


def vetoes_of(members: bool) -> dict[str, str]:
    return MEMBER_VETOES if members else BRANCH_VETOES


def offered(*, members: bool) -> dict[str, dict[str, Extra]]:
    """What may be entered of a branch or of a member, by kind and code. A veto has no points."""
    vetoes = {code: Extra(what, Decimal(0)) for code, what in vetoes_of(members).items()}
    return {"BONUS": BONUSES, "PENALTY": PENALTIES, "VETO": vetoes}
