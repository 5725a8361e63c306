"""Addresses of the record pages, of appointments and of accounts."""

from django.urls import path

from orgs.views.accounts import AccountList, AccountPage, NewAccount, RequestList, RequestPage
from orgs.views.acts import ActList, ActPage
from orgs.views.appointments import AppointmentList, AppointmentPage, AppointmentsOn, NewAppointment
from orgs.views.checks import CheckCreditCode
from orgs.views.duplicates import MergePage, UnmergeView
from orgs.views.helpdesk import PeopleList, PersonPage
from orgs.views.organization import OrganizationPage
from orgs.views.parameters import ParameterPage, ParametersPage
from orgs.views.party import PartyChangePage, PartyPage

urlpatterns = [
    path("accounts/", AccountList.as_view(), name="accounts"),
    path("accounts/new/", NewAccount.as_view(), name="account_new"),
    path("accounts/requests/", RequestList.as_view(), name="account_requests"),
    path("accounts/requests/<int:pk>/", RequestPage.as_view(), name="account_request"),
    path("accounts/<int:pk>/", AccountPage.as_view(), name="account"),
    path("appointments/", AppointmentList.as_view(), name="appointments"),
    path("appointments/on/", AppointmentsOn.as_view(), name="appointments_on"),
    path("appointments/new/", NewAppointment.as_view(), name="appointment_new"),
    path("appointments/<int:pk>/", AppointmentPage.as_view(), name="appointment"),
    path("organizations/acts/", ActList.as_view(), name="bulk_acts"),
    path("organizations/acts/<int:pk>/", ActPage.as_view(), name="bulk_act"),
    path("organizations/check-credit-code/", CheckCreditCode.as_view(), name="check_credit_code"),
    path("organizations/<int:pk>/", OrganizationPage.as_view(), name="organization"),
    path("organizations/<int:pk>/merge/<int:other>/", MergePage.as_view(), name="organization_merge"),
    path("organizations/<int:pk>/unmerge/", UnmergeView.as_view(), name="organization_unmerge"),
    path("parameters/", ParametersPage.as_view(), name="parameters"),
    path("parameters/<str:code>/", ParameterPage.as_view(), name="parameter"),
    path("people/", PeopleList.as_view(), name="people"),
    path("people/<int:pk>/", PersonPage.as_view(), name="person"),
    path("party/<int:pk>/", PartyPage.as_view(), name="party"),
    path("party/<int:pk>/<slug:change>/", PartyChangePage.as_view(), name="party_change"),
]
