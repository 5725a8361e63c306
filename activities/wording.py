"""A record as the usual 会议记录: the same lines on the page, on paper and in the text that is copied into another system; an
appraisal in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from activities.models import ActivityRecord, Appraisal, Decision, Review
from activities.queries.appraisals import grades_of, numbers
from activities.rules.voting import is_carried
from core.formats import iso

Line = tuple[str, str]


def minutes(record: ActivityRecord) -> list[Line]:
    """The lines that say something, each with its name, in the order of a meeting."""
    return [(name, text) for name, text in _lines(record) if text]


def as_text(record: ActivityRecord) -> str:
    """复制全文."""
    return "\n".join(f"{name}：{text}" for name, text in minutes(record))


def appraisal_in_words(appraisal: Appraisal) -> str:
    """What the record of its meeting says of it: the steps, and how many were graded what, without names."""
    days = "、".join(f"{name}（{day}）" for name, day in appraisal.steps if day)
    return "。".join(filter(None, [f"{appraisal}：{days}", _graded(appraisal), ""]))


def progress(appraisal: Appraisal | None, met: ActivityRecord | None) -> str:
    """How far the appraisal of a year is, and how many were graded what; before that, whether its meeting is on file."""
    done = [(name, day) for name, day in appraisal.steps if day] if appraisal else []
    if not appraisal or not done:
        return f"{iso(met.held_on)} 的会议已上报，还没有登记步骤和等次" if met else "还没有开始"
    name, day = done[-1]
    reached = f"已完成，{day} 组织评定" if appraisal.decided_on else f"进行到{name}（{day}）"
    return "；".join(filter(None, [reached, _graded(appraisal)]))


def _graded(appraisal: Appraisal) -> str:
    grades = grades_of(appraisal).values()
    graded = "，".join(f"{name} {number} 名" for name, number in numbers(grades) if number)
    return f"评定等次 {len(grades)} 名：{graded}" if grades else ""


def _lines(record: ActivityRecord) -> Iterator[Line]:
    sat = list(record.attendances.all())
    absent = [row for row in sat if not row.present]
    yield "会议（活动）名称", " ".join(filter(None, [record.get_kind_display(), str(record.group or "")]))
    yield "党支部", str(record.party_organization)
    yield "时间", " ".join(filter(None, [f"{record.held_on or ''}", _hours(record)]))
    yield "地点", "，".join(filter(None, [record.place, str(record.venue or "")]))
    yield "主持人", record.host
    yield "记录人", record.recorder
    yield "讲课人", record.lecturer
    yield "应到、实到", f"应到 {len(sat)} 名，实到 {len(sat) - len(absent)} 名" if sat else ""
    yield "到会", "、".join(row.member.name for row in sat if row.present)
    yield "缺席及原因", "、".join(f"{row.member.name}（{row.note or row.get_reason_display()}）" for row in absent)
    others = {"出资人": record.owners, "经营管理人员": record.managers, "职工": record.employees}
    yield "其他参加人员", "，".join(f"{name} {number} 名" for name, number in others.items() if number)
    yield "活动方式", f"{record.get_gathering_display()}，{'占用工作时间' if record.working_time else '业余'}"
    yield "活动内容", "、".join(map(str, record.topics.all()))
    yield "主题实践活动", str(record.campaign or "")
    yield "主题（议题）", record.topic
    yield "主要内容", record.content
    voters = sum(row.votes for row in sat)
    yield "决议事项", "\n".join(_decision(place, row, voters) for place, row in enumerate(record.decisions.all(), 1))
    yield "影像资料", "、".join(map(str, record.attachments.all()))
    yield "借鉴的经验", str(record.adopted_from or "")
    yield "迟报原因", record.late_reason
    notes = sorted((one for one in record.reviews.all() if one.verdict == Review.Verdict.NOTE), key=lambda one: one.pk)
    yield "更正说明", "\n".join(f"{iso(one.at)} {one.by.name}：{one.reason}" for one in notes)


def _hours(record: ActivityRecord) -> str:
    return f"{record.starts_at:%H:%M}—{record.ends_at:%H:%M}" if record.starts_at and record.ends_at else ""


def _decision(place: int, decision: Decision, voters: int) -> str:
    parts = [f"{place}. {decision.text}"]
    if decision.yes is not None:
        carried = "通过" if is_carried(yes=decision.yes, expected=voters) else "未通过"
        parts.append(f"赞成 {decision.yes} 票，反对 {decision.no} 票，弃权 {decision.abstained} 票，{carried}")
    if decision.responsible:
        parts.append(f"责任人 {decision.responsible}")
    if decision.due_on:
        parts.append(f"完成时限 {decision.due_on}")
    if decision.done_on:
        parts.append(f"已于 {decision.done_on} 落实")
    return "；".join(parts)
