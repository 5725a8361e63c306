"""Who gets what at every address: one line a route, one a model of the back office. `test_guards` walks them all.

A new address that is not here fails the guard. Names in braces are rows of `tests.world` on the street's own side.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin import AdminSite, ModelAdmin

from accounts.roles import ROLES
from core.admin import TableAdmin
from tests.people import PEOPLE, TODAY

EVERYONE = frozenset(
    {
        "city",
        "district",
        "street",
        "stranger",
        "secretary",
        "treasurer",
        "leader",
        "instructor",
        "sysadmin",
        "security",
        "auditor",
    }
)
DEPARTMENT = frozenset({"city", "district", "stranger"})
STAFF = DEPARTMENT | {"street"}
HERE = STAFF - {"stranger"}  # staff whose scope holds the rows of the world's own side
OFFICE = STAFF | {"leader"}
READERS = OFFICE | {"secretary", "treasurer", "instructor"}
VISITED = OFFICE | {"instructor"}
OF_BRANCH = frozenset({"secretary", "treasurer"})
TREASURER = frozenset({"treasurer"})
FILING = HERE | {"secretary"}  # who files for the branch here
STRANGER = frozenset({"stranger"})
OUTSIDE = frozenset({"stranger", "instructor"})
KEY = "6f6b1f8e-0f5c-4d55-8d3d-0c9b6f1f2a11"  # of a record that nobody has begun


@dataclass(frozen=True)
class Route:
    """An address: `opens` get `status`, `misses` get 404 since they may see such rows but not this one, others 403."""

    address: str
    opens: frozenset[str] = EVERYONE
    status: int = 200
    misses: frozenset[str] = frozenset()
    others: int = 403
    public: bool = False  # needs no sign-in

    def expects(self, username: str) -> int:
        """The status for one of the named people."""
        if username in self.opens:
            return self.status
        return 404 if username in self.misses else self.others


ROUTES = {
    # signing in
    "": Route("", status=302),
    "robots.txt": Route("robots.txt", public=True),
    "login/": Route("login/", status=302, public=True),
    "login/continue/": Route("login/continue/", status=405, public=True),
    "logout/": Route("logout/", status=405),
    "password/": Route("password/"),
    "second-factor/": Route("second-factor/", status=302),
    "second-factor/new/": Route("second-factor/new/", status=302),
    "me/": Route("me/"),
    "roles/": Route("roles/"),
    # accounts and duties
    "accounts/": Route("accounts/", frozenset({"sysadmin"})),
    "accounts/new/": Route("accounts/new/", frozenset({"sysadmin"})),
    "accounts/requests/": Route("accounts/requests/", frozenset({"security", "auditor"})),
    "accounts/requests/<int:pk>/": Route("accounts/requests/{request}/", frozenset({"security", "auditor"})),
    "accounts/batches/": Route("accounts/batches/", frozenset({"security"})),
    "accounts/batches/<int:pk>/": Route("accounts/batches/{accounts}/", frozenset({"security"})),
    "accounts/<int:pk>/": Route("accounts/{leader}/", frozenset({"sysadmin"})),
    "appointments/": Route("appointments/", frozenset({"security"})),
    "appointments/on/": Route("appointments/on/", frozenset({"auditor"})),
    "appointments/new/": Route("appointments/new/", frozenset({"security"})),
    "appointments/<int:pk>/": Route("appointments/{appointment}/", frozenset({"security"})),
    "people/": Route("people/", STAFF),
    "people/wanted/": Route("people/wanted/", STAFF),
    "people/<int:pk>/": Route("people/{secretary}/", HERE, misses=STRANGER),
    "status/": Route("status/", frozenset({"sysadmin"})),
    "audit/": Route("audit/", frozenset({"auditor"})),
    "jobs/<int:pk>/": Route("jobs/0/", frozenset(), others=404),
    "reveal/<str:model>/<int:pk>/<str:field>/": Route(
        "reveal/members.member/{member}/phone/", frozenset({"city", "district"}), others=404
    ),
    # lists on their road
    "imports/": Route("imports/", STAFF),
    "imports/new/": Route("imports/new/", STAFF),
    "imports/<int:pk>/": Route("imports/{batch}/", HERE, misses=STRANGER),
    "imports/<int:pk>/progress/": Route("imports/{batch}/progress/", HERE, status=204, misses=STRANGER),
    "imports/<int:pk>/columns/": Route("imports/{batch}/columns/", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/conflicts/": Route("imports/{batch}/conflicts/", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/identity/": Route("imports/{batch}/identity/", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/missing/": Route("imports/{batch}/missing/", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/undo/": Route("imports/{batch}/undo/", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/problems.xlsx": Route("imports/{batch}/problems.xlsx", HERE, status=302, misses=STRANGER),
    "imports/<int:pk>/file/": Route("imports/{batch}/file/", HERE, misses=STRANGER),
    # the registry
    "organizations/acts/": Route("organizations/acts/", STAFF),
    "organizations/acts/<int:pk>/": Route("organizations/acts/{act}/", HERE, misses=STRANGER),
    "organizations/check-credit-code/": Route("organizations/check-credit-code/?credit_code=X", STAFF),
    "organizations/<int:pk>/": Route("organizations/{unit}/", READERS - STRANGER, misses=STRANGER),
    "organizations/<int:pk>/merge/<int:other>/": Route("organizations/{unit}/merge/{gap}/", HERE, misses=STRANGER),
    "organizations/<int:pk>/unmerge/": Route("organizations/{unit}/unmerge/", STAFF, status=405),
    "party/<int:pk>/": Route("party/{branch}/", READERS - OUTSIDE, misses=OUTSIDE),
    "party/<int:pk>/<slug:change>/": Route("party/{branch}/move/", frozenset({"city", "district"}), misses=STRANGER),
    "parameters/": Route("parameters/", DEPARTMENT),
    "parameters/<str:code>/": Route("parameters/org.formal_min_to_found/", DEPARTMENT),
    "posts/<int:pk>/pass-on/": Route("posts/{post}/pass-on/", HERE, misses=STRANGER),
    # a branch's own work
    "branch/<int:pk>/": Route("branch/{branch}/", FILING, misses=STRANGER),
    "branch/<int:pk>/records/<uuid:key>/": Route(f"branch/{{branch}}/records/{KEY}/", FILING, misses=STRANGER),
    "branch/<int:pk>/<slug:kind>/": Route("branch/{branch}/plans/", FILING, misses=STRANGER),
    "branch/<int:pk>/<slug:kind>/new/": Route("branch/{branch}/plans/new/", FILING, misses=STRANGER),
    "branch/<slug:kind>/<int:row>/": Route("branch/plans/{plan}/", FILING, misses=STRANGER),
    "branch/regulations/<int:pk>/file/": Route("branch/regulations/{regulation}/file/", FILING, misses=STRANGER),
    "branch/<int:pk>/appraisals/<int:year>/": Route(
        f"branch/{{branch}}/appraisals/{TODAY.year}/", FILING, misses=STRANGER
    ),
    "branch/records/<int:pk>/": Route("branch/records/{record}/", FILING, misses=STRANGER),
    "branch/files/<int:pk>/": Route("branch/files/{attachment}/", FILING, misses=STRANGER),
    # the money of branches
    "dues/refunds/<int:pk>/": Route("dues/refunds/{refund}/", HERE | OF_BRANCH, misses=STRANGER),
    "dues/refunds/<int:pk>/notice/": Route("dues/refunds/{refund}/notice/", HERE | OF_BRANCH, misses=STRANGER),
    "dues/incomes/<int:pk>/": Route("dues/incomes/{income}/", HERE | OF_BRANCH, misses=STRANGER),
    "dues/spendings/<int:pk>/": Route("dues/spendings/{spending}/", HERE | OF_BRANCH, misses=STRANGER),
    "dues/vouchers/<int:pk>/": Route("dues/vouchers/{voucher}/", HERE | OF_BRANCH, misses=STRANGER),
    "branch/<int:pk>/funds/": Route("branch/{branch}/funds/", HERE | OF_BRANCH, misses=STRANGER),
    "branch/<int:pk>/funds/book/": Route("branch/{branch}/funds/book/", HERE | OF_BRANCH, misses=STRANGER),
    "branch/<int:pk>/funds/income/": Route("branch/{branch}/funds/income/", frozenset({"secretary"}), misses=STRANGER),
    "branch/<int:pk>/funds/spending/": Route("branch/{branch}/funds/spending/", frozenset({"secretary"})),
    "branch/<int:pk>/funds/refund/": Route("branch/{branch}/funds/refund/", frozenset({"secretary"})),
    "branch/<int:pk>/funds/<int:year>/": Route(
        f"branch/{{branch}}/funds/{TODAY.year}/", HERE | OF_BRANCH, misses=STRANGER
    ),
    # instructors
    "visits/": Route("visits/", frozenset({"instructor"})),
    "visits/overdue/": Route("visits/overdue/", VISITED),
    "visits/<int:pk>/": Route("visits/{unit}/", HERE | {"instructor"}, misses=STRANGER),
    # what branches file, reviewed
    "reviews/": Route("reviews/", STAFF),
    "reviews/<int:pk>/": Route("reviews/{record}/", HERE, misses=STRANGER),
    "reviews/months/": Route("reviews/months/", STAFF),
    "reviews/missing/": Route("reviews/missing/", STAFF),
    "reviews/branches/": Route("reviews/branches/", STAFF),
    "reviews/rights/": Route("reviews/rights/", STAFF),
    "reviews/<int:pk>/publish/": Route("reviews/{record}/publish/", HERE, misses=STRANGER),
    "campaigns/<int:pk>/": Route("campaigns/{campaign}/", FILING, misses=STRANGER),
    "experiences/<int:pk>/": Route("experiences/{experience}/", FILING, misses=STRANGER),
    "health/<int:pk>/": Route("health/{branch}/", HERE | {"secretary"}, misses=STRANGER),
    # dues
    "branch/<int:pk>/dues/": Route("branch/{branch}/dues/", HERE | OF_BRANCH, misses=STRANGER),
    "branch/<int:pk>/dues/print/": Route("branch/{branch}/dues/print/", HERE | OF_BRANCH, misses=STRANGER),
    "branch/<int:pk>/dues/assess/": Route("branch/{branch}/dues/assess/", TREASURER),
    "branch/<int:pk>/dues/assess/list/": Route("branch/{branch}/dues/assess/list/", TREASURER, status=405),
    "branch/<int:pk>/dues/relief/": Route("branch/{branch}/dues/relief/", TREASURER),
    "branch/<int:pk>/dues/gift/": Route("branch/{branch}/dues/gift/", TREASURER),
    "branch/<int:pk>/dues/payments/": Route("branch/{branch}/dues/payments/", TREASURER),
    "dues/": Route("dues/", STAFF | OF_BRANCH, status=302),
    "dues/reliefs/": Route("dues/reliefs/", STAFF),
    "dues/hand-ups/": Route("dues/hand-ups/", STAFF | OF_BRANCH),
    # five goods
    "rounds/<int:pk>/": Route("rounds/{round}/", HERE | {"secretary"}, misses=STRANGER),
    "rounds/<int:pk>/deadlines/": Route("rounds/{round}/deadlines/", frozenset({"city", "district"}), misses=STRANGER),
    "rounds/<int:pk>/results/": Route("rounds/{round}/results/", HERE | {"secretary"}, misses=STRANGER | {"leader"}),
    "rounds/<int:pk>/names/": Route("rounds/{round}/names/", HERE | {"secretary"}, misses=STRANGER),
    "rounds/<int:pk>/notice/": Route("rounds/{round}/notice/", HERE | {"secretary"}, misses=STRANGER),
    "rounds/<int:pk>/members/<int:branch>/": Route(
        "rounds/{member_round}/members/{branch}/", HERE | {"secretary"}, misses=STRANGER
    ),
    "evaluations/<int:pk>/": Route("evaluations/{evaluation}/", HERE | {"secretary"}, misses=STRANGER),
    "evaluations/evidence/<int:pk>/": Route("evaluations/evidence/{evidence}/", HERE | {"secretary"}, misses=STRANGER),
    "evaluations/<int:pk>/survey/": Route("evaluations/{evaluation}/survey/", HERE | {"secretary"}, misses=STRANGER),
    "evaluations/<int:pk>/survey/sheet/": Route(
        "evaluations/{evaluation}/survey/sheet/", HERE | {"secretary"}, misses=STRANGER
    ),
    "evaluations/papers/<int:pk>/": Route("evaluations/papers/{paper}/", HERE | {"secretary"}, misses=STRANGER),
    "survey/": Route("survey/", public=True),
    "survey/done/": Route("survey/done/", public=True),
    "rubrics/<int:pk>/": Route("rubrics/{rubric}/", STAFF | {"secretary"}),
    "rubrics/<int:pk>/edit/": Route(
        "rubrics/{draft}/edit/", frozenset({"city"}), others=403, misses=frozenset({"district", "stranger"})
    ),
    "rubrics/<int:pk>/try/": Route("rubrics/{rubric}/try/?branch={branch}", HERE | {"secretary"}, misses=STRANGER),
    "awards/<int:pk>/": Route("awards/{commendation}/", HERE | {"secretary"}, misses=STRANGER),
    "awards/<int:pk>/apply/": Route("awards/{commendation}/apply/?award=PARTY", frozenset({"secretary"})),
    "awards/proposals/<int:pk>/amend/": Route("awards/proposals/{proposal}/amend/", frozenset({"secretary"})),
    "awards/proposals/<int:pk>/": Route("awards/proposals/{proposal}/", HERE | {"secretary"}, misses=STRANGER),
    # figures and work
    "dashboard/": Route("dashboard/", OFFICE),
    "dashboard/cross/": Route("dashboard/cross/", OFFICE),
    "months/": Route("months/", OFFICE),
    "units/": Route("units/?measure=should", OFFICE),
    "changes/": Route("changes/?change=due", OFFICE),
    "due/": Route("due/", STAFF | OF_BRANCH | {"instructor"}),
    "checks/": Route("checks/", OFFICE),
    "checks/<slug:code>/": Route("checks/undecided/", OFFICE),
    "worklists/": Route("worklists/", status=302),
    "worklists/<slug:code>/": Route("worklists/party-organization/", OFFICE),
    "worklists/<slug:code>/books/": Route("worklists/party-organization/books/", OFFICE),
    "worklists/<slug:code>/books/all.zip": Route("worklists/party-organization/books/all.zip", OFFICE),
    "worklists/<slug:code>/books/<int:pk>.xlsx": Route(
        "worklists/party-organization/books/{book}.xlsx", OFFICE - STRANGER, misses=STRANGER
    ),
    "worklists/<slug:code>/start/": Route(
        "worklists/party-organization/start/?unit={gap}", OFFICE - STRANGER, misses=STRANGER
    ),
    # the back office as a whole
    "admin/": Route("admin/"),
    "admin/login/": Route("admin/login/", opens=frozenset()),
    "admin/logout/": Route("admin/logout/", status=307),
    "admin/password_change/": Route("admin/password_change/", status=302),
    "admin/password_change/done/": Route("admin/password_change/done/"),
    "admin/autocomplete/": Route(
        "admin/autocomplete/?app_label=orgs&model_name=coverage&field_name=organization&term=电子", READERS
    ),
    "admin/jsi18n/": Route("admin/jsi18n/"),
    "admin/r/<path:content_type_id>/<path:object_id>/": Route("admin/r/1/1/", opens=frozenset(), others=404),
    "admin/(?P<url>.*)$": Route("admin/no-such-page/", opens=frozenset(), others=404),
}


@dataclass(frozen=True)
class AdminModel:
    """A model of the back office: who reads it, who writes and adds, who may read such rows but not this one.

    Readers who do not write are sent to the page of the record, or, where there is none, see the form without its fields.
    """

    row: str
    writes: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()
    misses: frozenset[str] = frozenset()
    paged: bool = True
    public: bool = False  # everyone with the right reads every row
    imported: bool = False  # comes in as a workbook
    reads: frozenset[str] = READERS


ADMIN = {
    "evaluations/honour": AdminModel(
        "honour", HERE, STAFF, STRANGER, paged=False, imported=True, reads=STAFF | {"secretary"}
    ),
    "instructors/assignment": AdminModel(
        "assignment", HERE, STAFF, STRANGER, paged=False, imported=True, reads=VISITED
    ),
    "instructors/instructor": AdminModel("guide", HERE, STAFF, OUTSIDE, paged=False, imported=True, reads=VISITED),
    "members/member": AdminModel("member", HERE, STAFF, STRANGER, paged=False, reads=STAFF | OF_BRANCH),
    "members/partygroup": AdminModel("partygroup", HERE, STAFF, OUTSIDE, imported=True),
    "members/post": AdminModel("post", HERE, STAFF, OUTSIDE, imported=True),
    "members/term": AdminModel("term", HERE, STAFF, OUTSIDE, imported=True),
    "orgs/coverage": AdminModel("coverage", HERE, STAFF, OUTSIDE),
    "orgs/democracy": AdminModel("democracy", HERE, STAFF, STRANGER, imported=True),
    "orgs/jurisdiction": AdminModel("jurisdiction", DEPARTMENT, DEPARTMENT, paged=False, public=True, imported=True),
    "orgs/liaison": AdminModel("liaison", HERE, STAFF, OUTSIDE | OF_BRANCH, imported=True),
    "orgs/massorganization": AdminModel("mass", HERE, STAFF, STRANGER, imported=True),
    "orgs/organization": AdminModel("unit", HERE, STAFF, STRANGER),
    "orgs/ownerrecord": AdminModel("owner", HERE, STAFF, STRANGER, imported=True),
    "orgs/partyorganization": AdminModel("branch", HERE - {"street"}, DEPARTMENT, OUTSIDE),
    "orgs/region": AdminModel("region", paged=False, public=True),
    "orgs/venue": AdminModel("venue", HERE, STAFF, OUTSIDE | OF_BRANCH, paged=False, imported=True),
    "orgs/venueuse": AdminModel("use", HERE, STAFF, OUTSIDE, paged=False, imported=True),
    "reports/target": AdminModel("target", HERE - {"street"}, DEPARTMENT, STRANGER, paged=False, reads=OFFICE),
    "orgs/zone": AdminModel("zone", DEPARTMENT, DEPARTMENT, paged=False, public=True, imported=True),
}


def holders(permission: str) -> frozenset[str]:
    """Whose role has a permission."""
    return frozenset(name for name, _, role, _ in PEOPLE if permission in ROLES[role].permissions)


def following(one: ModelAdmin) -> AdminModel:
    """The line of a model that is not in the table: a small table whose rows are seen with their organization."""
    adds = holders(getattr(one.model, "change_permission", ""))  # which another guard asks for
    name = str(one.opts.model_name)
    return AdminModel(name, FILING & adds, adds, STRANGER, imported=True, reads=holders(one.view_permission))


def admin_routes(site: AdminSite) -> dict[str, list[Route]]:
    """The addresses that every model of the back office has; the form has two: for those who write and who read."""
    routes: dict[str, list[Route]] = {}
    labels = {f"{one.opts.app_label}/{one.opts.model_name}": one for one in site._registry.values()}
    others = {
        label: following(one) for label, one in labels.items() if label not in ADMIN and isinstance(one, TableAdmin)
    }
    for label, model in (ADMIN | others).items():
        base, row, readers = f"admin/{label}/", f"admin/{label}/{{{model.row}}}/", model.reads - model.misses
        routes[base] = [Route(base, model.reads)]
        routes[f"{base}add/"] = [Route(f"{base}add/", model.adds)]
        if model.imported:
            routes[f"{base}import/"] = [Route(f"{base}import/", model.adds)]
        routes[f"{base}bulk/<slug:code>/"] = [Route(f"{base}bulk/none/", frozenset(), others=404)]
        one = f"{base}<path:object_id>/"
        routes[one] = [Route(row, status=302)]
        routes[f"{one}history/"] = [Route(f"{row}history/", readers, others=403 if model.public else 404)]
        routes[f"{one}delete/"] = [Route(f"{row}delete/", frozenset())]
        routes[f"{one}change/"] = [
            Route(f"{row}change/", model.writes, misses=model.misses),
            Route(f"{row}change/", readers - model.writes, status=302 if model.paged else 200, misses=model.misses),
        ]
    return routes
