"""Names and words for the months that were closed before they were frozen with a month.

These months keep their figures and their committees' paths. Their names, areas, zones, targets and 口径
were not kept: they get those of the day of this migration, and say so (`named_on`).
"""

from collections import defaultdict

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.indicators import indicators, measures
from core.parameters import spoken

STEP = 6
SINCE = {"branch_offices"}  # a measure that there was not when these months were closed
APART = "；分支机构由总机构统一计算，不计入"  # they were counted then
MANAGING = ("committee", "working_committee")


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
    kept = {field.name for field in apps.get_model("reports", "FrozenFigure")._meta.fields} - SINCE
    for month in months:
        month.words = words(month.parameters, kept)
        month.save(update_fields=["words"])
    freeze_places(apps, months)


def words(parameters, kept):
    """The texts of the figures that there were."""
    said = spoken(parameters)
    there = [one.worded(said) for one in indicators if {one.numerator.code, one.denominator.code} <= kept]
    return {
        "measures": {one.code: one.worded(said).name for one in measures if one.code in kept},
        "indicators": {one.code: {"name": one.name, "clause": one.clause, "basis": one.basis.replace(APART, "")} for one in there},
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
