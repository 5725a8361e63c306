"""An administrator's duty stands alone and at the root: what stands otherwise is mended, and the database keeps it so."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone

ADMINISTRATORS = ("SYSTEM", "SECURITY", "AUDIT")
MIXED = """EXISTS (
    SELECT 1 FROM orgs_appointment held
    WHERE held.user_id = NEW.user_id AND held.id <> NEW.id AND held.role <> NEW.role
      AND (held.role IN ('SYSTEM', 'SECURITY', 'AUDIT') OR NEW.role IN ('SYSTEM', 'SECURITY', 'AUDIT'))
      AND (held.until IS NULL OR held.until > held.since)
      AND (held.until IS NULL OR held.until > NEW.since) AND (NEW.until IS NULL OR NEW.until > held.since)
  )"""
BELOW = """NEW.role IN ('SYSTEM', 'SECURITY', 'AUDIT')
  AND EXISTS (SELECT 1 FROM orgs_partyorganization WHERE id = NEW.node_id AND parent_id IS NOT NULL)"""
NEVER = "NEW.until <= NEW.since"
KEEP = {
    "postgresql": [
        f"""
CREATE FUNCTION orgs_keep_duties_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
  IF {NEVER} THEN RETURN NEW; END IF;
  IF {BELOW} OR {MIXED} THEN
    RAISE EXCEPTION 'an administrator holds one duty, at the root' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER orgs_keep_duties_apart BEFORE INSERT OR UPDATE ON orgs_appointment"
        " FOR EACH ROW EXECUTE FUNCTION orgs_keep_duties_apart()",
    ],
    # a migration that makes the table anew must make these anew too: tests/orgs/test_appointments.py finds them missing
    "sqlite": [
        f"""
CREATE TRIGGER orgs_keep_duties_apart_{act} BEFORE {act} ON orgs_appointment
WHEN COALESCE({NEVER}, 0) = 0 AND ({BELOW} OR {MIXED})
BEGIN SELECT RAISE(ABORT, 'an administrator holds one duty, at the root'); END"""
        for act in ("insert", "update")
    ],
}
LET_GO = {
    "postgresql": [
        "DROP TRIGGER orgs_keep_duties_apart ON orgs_appointment",
        "DROP FUNCTION orgs_keep_duties_apart()",
    ],
    "sqlite": [f"DROP TRIGGER orgs_keep_duties_apart_{act}" for act in ("insert", "update")],
}


def mend(apps: Any, schema_editor: Any) -> None:
    """End the other roles of administrators, and move their duties to the root, which gives them no more and no less."""
    appointments = apps.get_model("orgs", "Appointment").objects.all()
    root = apps.get_model("orgs", "PartyOrganization").objects.filter(parent=None).order_by("pk").first()
    today = timezone.localdate()
    ahead = appointments.filter(Q(until=None) | Q(until__gt=today), Q(until=None) | Q(until__gt=F("since")))
    holders = ahead.filter(role__in=ADMINISTRATORS).values_list("user_id", flat=True)
    for other in ahead.filter(user__in=list(holders)).exclude(role__in=ADMINISTRATORS).select_related("user", "node"):
        _change(apps, other, "until", max(other.since, today), "管理员不能兼任其他角色")
    for duty in ahead.filter(role__in=ADMINISTRATORS).exclude(node__parent=None).select_related("user", "node"):
        if ahead.filter(user=duty.user, role=duty.role, node=root).exists():
            _change(apps, duty, "until", max(duty.since, today), "管理员只在最上级党组织授权")
        else:
            _change(apps, duty, "node_id", root.pk, "管理员只在最上级党组织授权")


def _change(apps: Any, appointment: Any, field: str, value: Any, reason: str) -> None:
    change = [str(one) if isinstance(one, date) else one for one in (getattr(appointment, field), value)]
    label = f"{appointment.user.name}({appointment.user.username}) {appointment.role} {appointment.node.name}"[:250]
    setattr(appointment, field, value)
    appointment.save(update_fields=[field])
    apps.get_model("core", "AuditEntry").objects.create(
        at=timezone.now(),
        user_name="系统",
        action="appointments.end" if field == "until" else "appointments.move",
        model="orgs.appointment",
        object_id=str(appointment.pk),
        label=label,
        path=appointment.node.path,
        changes={field: change},
        reason=f"升级：{reason}",
    )


def keep(apps: Any, schema_editor: Any) -> None:
    """Let the database refuse what the service refuses."""
    for statement in KEEP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def let_go(apps: Any, schema_editor: Any) -> None:
    """Leave it to the service again."""
    for statement in LET_GO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0003_branch_offices"), ("core", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.RunPython(keep, let_go),
    ]
