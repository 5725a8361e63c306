"""Names and words for the months that were closed before they were frozen with a month.

These months keep their figures and their committees' paths. Their names, areas, zones, targets and 口径
were not kept: they get those of the day of this migration, and say so (`named_on`).
"""

from collections import defaultdict

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

STEP = 6
MANAGING = ("committee", "working_committee")

# the texts as they stood when these months got them: later versions change theirs, not these
DEFAULTS = {
    "coverage.functional_counts": 0,
    "econ.member_headcount": 50,
    "econ.org_headcount": 100,
    "org.formal_min_to_found": 3,
    "social.member_headcount": 20,
    "social.org_headcount": 50,
    "work.evidence_months": 6,
}
FUNCTIONAL = ("不计", "计入")
INDICATORS = {  # code: name, clause, 口径
    "SHOULD": (
        "应建党组织已建率",
        "意见二-1",
        "应建党组织：正式党员 %(org.formal_min_to_found)s 名以上，或人数达到组建标准（新经济组织职工 %(econ.org_headcount)s 名、新社会组织从业人员或会员 %(social.org_headcount)s 名以上），或由国有（集体）单位改制而来。已建：单独、联合、挂靠、区域、行业、产业链覆盖的，功能型%(coverage.functional_counts)s。",
    ),
    "T1": (
        "%(econ.member_headcount)s 人以上新经济组织有党员",
        "意见二-1",
        "职工 %(econ.member_headcount)s 名以上、经营正常的新经济组织中，有正式或预备党员的。",
    ),
    "T2": (
        "%(econ.org_headcount)s 人以上新经济组织有党组织",
        "意见二-1",
        "职工 %(econ.org_headcount)s 名以上、经营正常的新经济组织中，已建党组织的。",
    ),
    "T3": (
        "%(social.member_headcount)s 人以上新社会组织有党员",
        "意见二-1",
        "从业人员（社会团体按会员）%(social.member_headcount)s 名以上、正常的新社会组织中，有正式或预备党员的。",
    ),
    "T4": (
        "%(social.org_headcount)s 人以上新社会组织有党组织",
        "意见二-1",
        "从业人员（社会团体按会员）%(social.org_headcount)s 名以上、正常的新社会组织中，已建党组织的。",
    ),
    "T5": (
        "改制单位有党组织",
        "意见二-1",
        "事业单位或国有（集体）企业改制而来、经营正常的，必须同步组建党的组织。",
    ),
    "R1": (
        "组织覆盖率",
        "统计口径 R1",
        "正常的法人单位（不含个体工商户）中，有单独、联合、挂靠、区域、行业、产业链覆盖的，功能型%(coverage.functional_counts)s。",
    ),
    "R2": (
        "单独组建率",
        "统计口径 R2",
        "正常的法人单位中，单独组建党组织的。",
    ),
    "R3": (
        "应建已建率（正式党员 %(org.formal_min_to_found)s 名以上）",
        "意见二-1；统计口径 R3",
        "正式党员 %(org.formal_min_to_found)s 名以上的法人单位中，已建党组织的。只数正式党员。",
    ),
    "R4": (
        "工作覆盖率",
        "意见二-1；统计口径 R4",
        "法人单位中，已建党组织，或 %(work.evidence_months)s 个月内有指导员走访、联络员联系、群团组织开展党的工作记录的。功能型党组织计入。",
    ),
    "R5": (
        "规模以上覆盖率",
        "统计口径 R5",
        "职工 %(econ.org_headcount)s 名以上的新经济组织、%(social.org_headcount)s 名以上的新社会组织（法人单位）中，已建党组织的。",
    ),
    "R6": (
        "有党员率",
        "统计口径 R6",
        "职工 %(econ.member_headcount)s 名以上的新经济组织、%(social.member_headcount)s 名以上的新社会组织（法人单位）中，有党员的。",
    ),
    "R7": (
        "指导员派驻率",
        "意见二-1；统计口径 R7",
        "未建党组织的法人单位中，有在任指导员的。",
    ),
    "MC": (
        "有党员单位组织覆盖率",
        "意见一",
        "有正式或预备党员的两新组织中，已有党的组织覆盖的：有党员的地方就有党的组织覆盖。",
    ),
}
MEASURES = {
    "organizations": "登记单位",
    "counted": "纳入统计单位",
    "units": "法人单位",
    "staff": "职工",
    "formal": "正式党员",
    "probationary": "预备党员",
    "single": "单独组建",
    "joint": "联合组建",
    "attached": "挂靠",
    "area": "区域覆盖",
    "industry": "行业覆盖",
    "chain": "产业链龙头带动",
    "functional": "功能型",
    "uncovered": "无覆盖",
    "instructor": "有指导员",
    "union": "有工会",
    "youth": "有团组织",
    "women": "有妇联",
    "undecided": "待判定",
    "should": "应建党组织",
    "should_built": "应建已建",
    "economic_50": "职工 %(econ.member_headcount)s 名以上的新经济组织",
    "economic_50_member": "其中有党员",
    "economic_100": "职工 %(econ.org_headcount)s 名以上的新经济组织",
    "economic_100_built": "其中有党组织",
    "social_20": "%(social.member_headcount)s 名以上的新社会组织",
    "social_20_member": "其中有党员",
    "social_50": "%(social.org_headcount)s 名以上的新社会组织",
    "social_50_built": "其中有党组织",
    "restructured": "改制而来的两新组织",
    "restructured_built": "其中有党组织",
    "units_built": "其中已建党组织",
    "units_single": "其中单独组建",
    "ready": "正式党员 %(org.formal_min_to_found)s 名以上",
    "ready_built": "其中已建党组织",
    "units_worked": "其中有工作覆盖",
    "large_units": "规模以上法人单位",
    "large_units_built": "其中已建党组织",
    "member_units": "应有党员的法人单位",
    "member_units_with": "其中有党员",
    "open_units": "未建党组织的法人单位",
    "open_units_instructed": "其中有指导员",
    "with_member": "有党员的单位",
    "with_member_built": "其中有组织覆盖",
}


def give_names(apps, schema_editor):
    """What the months closed so far lack."""
    Closed = apps.get_model("reports", "ClosedMonth")
    months = list(Closed.objects.order_by("month"))
    if not months:
        return
    Unit, Organization = apps.get_model("reports", "FrozenUnit"), apps.get_model("orgs", "Organization")
    code = Organization.objects.filter(pk=OuterRef("organization_id")).values("credit_code")
    Unit.objects.update(credit_code=Coalesce(Subquery(code), Value("")))
    Unit.objects.filter(counted=True).update(status="NORMAL")
    Closed.objects.update(signed_at=F("taken_at"), named_on=timezone.localdate())
    for month in months:
        month.words = words(month.parameters)
        month.save(update_fields=["words"])
    freeze_places(apps, months)


def words(parameters):
    """The texts of the figures of these months, which counted branch offices, in the parameters that were in force."""
    said = DEFAULTS | {code: value for code, value in parameters.items() if code in DEFAULTS}
    said["coverage.functional_counts"] = FUNCTIONAL[int(said["coverage.functional_counts"])]
    return {
        "measures": {code: name % said for code, name in MEASURES.items()},
        "indicators": {
            code: {"name": name % said, "clause": clause, "basis": basis % said}
            for code, (name, clause, basis) in INDICATORS.items()
        },
    }


def freeze_places(apps, months):
    """Names of today; paths as the figures of each month have them."""
    Place = apps.get_model("reports", "FrozenPlace")
    Node, Facts = apps.get_model("orgs", "PartyOrganization"), apps.get_model("orgs", "OrganizationFacts")
    first, rows = months[0].month, []

    def add(kind, key, name, told, since=first, until=None):
        rows.append(Place(kind=kind, key=key, name=name, told=told, first_month=since, last_month=until))

    for region in apps.get_model("orgs", "Region").objects.all():
        add(region.level, int(region.code), region.name, {"parent": region.parent_id})
    for zone in apps.get_model("orgs", "Zone").objects.all():
        add("zone", zone.pk, zone.name, {"code": zone.code, "kind": zone.kind})
    covering = Facts.objects.exclude(covered_by=None).order_by().values("covered_by")
    kept = apps.get_model("reports", "FrozenUnit").objects.exclude(covered_by=None).order_by().values("covered_by")
    for node in Node.objects.exclude(kind__in=MANAGING).filter(models.Q(pk__in=covering) | models.Q(pk__in=kept)):
        add("branch", node.pk, node.name, {})
    paths, committees = paths_of(apps, months), told_of(apps)
    for key, (name, told) in committees.items():
        runs = []
        for month in months:
            path = paths[month.pk].get(key, told["path"])
            if runs and runs[-1][0] == path:
                runs[-1][2] = month.month
            else:
                runs.append([path, month.month, month.month])
        for place, (path, since, until) in enumerate(runs):
            last = place == len(runs) - 1
            add("committee", key, name, told | {"path": path}, since, None if last else until)
    Place.objects.bulk_create(rows, batch_size=2_000)


def paths_of(apps, months):
    """Where each committee stood in each month: those with figures, and all above them."""
    found = defaultdict(dict)
    rows = apps.get_model("reports", "FrozenFigure").objects.filter(month__in=months, cut="band").order_by()
    for month, path in rows.values_list("month", "managed_by_path").distinct():
        for end in range(STEP, len(path) + 1, STEP):
            found[month][int(path[end - STEP : end], 36)] = path[:end]
    return found


def told_of(apps):
    """Name and what is told of each committee, as `reports.services.places` writes it."""
    regions, authorities, targets = defaultdict(list), {}, defaultdict(list)
    for held in apps.get_model("orgs", "Jurisdiction").objects.order_by("pk"):
        if held.region_id:
            regions[held.committee_id].append(held.region_id)
        else:
            authorities[held.committee_id] = held.authority
    for target in apps.get_model("reports", "Target").objects.order_by("pk"):
        targets[target.node_id].append([target.indicator, target.year, str(target.value)])
    return {
        node.pk: (
            node.name,
            {
                "code": node.code,
                "path": node.path,
                "region": node.region_id,
                "regions": regions[node.pk],
                "authority": authorities.get(node.pk, ""),
                "targets": targets[node.pk],
            },
        )
        for node in apps.get_model("orgs", "PartyOrganization").objects.filter(kind__in=MANAGING)
    }


def give_paths_back(apps, schema_editor):
    """The paths stand beside the figures again; a month that nobody signed is closed by the first account."""
    Closed, Figure = apps.get_model("reports", "ClosedMonth"), apps.get_model("reports", "FrozenFigure")
    first = apps.get_model("accounts", "User").objects.order_by("pk").first()
    Closed.objects.filter(signed_by=None).update(signed_by=first)
    for month in Closed.objects.all():
        places = apps.get_model("reports", "FrozenPlace").objects.filter(
            models.Q(last_month=None) | models.Q(last_month__gte=month.month), first_month__lte=month.month
        )
        for place in places.filter(kind="committee"):
            Figure.objects.filter(month=month, managed_by=place.key).update(managed_by_path=place.told["path"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_months_at_their_end")]

    operations = [
        migrations.RunPython(give_names, give_paths_back),
        migrations.RemoveField("frozenfigure", "managed_by_path"),
    ]
