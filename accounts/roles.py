"""Roles as data: each names what it may do. Code asks for permissions, never for roles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Office(models.TextChoices):
    """Appointments that are not membership. The three administrators exclude each other."""

    REVIEWER = "reviewer", _("Reviewer")
    LEADER = "leader", _("Leader")
    SYSTEM = "system", _("System administrator")
    SECURITY = "security", _("Security administrator")
    AUDIT = "audit", _("Audit administrator")


class May(models.TextChoices):
    """What can be asked of can()."""

    # inside the own organisation
    SEE = "see", _("see the organisation's work")
    WRITE = "write", _("write listings")
    ANSWER = "answer", _("answer suggestions")
    DEAL = "deal", _("record the steps of a deal")
    EDIT_ORGANISATION = "edit_organisation", _("edit the organisation")
    MANAGE_TEAM = "manage_team", _("manage the team")
    # for a city
    REVIEW_LISTINGS = "review_listings", _("review listings")
    REVIEW_MATCHES = "review_matches", _("review matches")
    RUN = "run", _("run the matching")
    REGISTER = "register", _("keep batches and programmes")
    VERIFY = "verify", _("verify organisations")
    EDIT_CODES = "edit_codes", _("edit code lists")
    IMPORT = "import", _("import lists")
    READ_FIGURES = "read_figures", _("read the city's figures")
    # for the platform
    MANAGE_ACCOUNTS = "manage_accounts", _("manage accounts")
    MANAGE_ROLES = "manage_roles", _("manage roles")
    READ_LOG = "read_log", _("read the log")


MEMBER_MAY: dict[str, frozenset[str]] = {
    MemberRole.OWNER: frozenset(
        {May.SEE, May.WRITE, May.ANSWER, May.DEAL, May.IMPORT, May.EDIT_ORGANISATION, May.MANAGE_TEAM}
    ),
    MemberRole.EDITOR: frozenset({May.SEE, May.WRITE, May.ANSWER, May.DEAL, May.IMPORT}),
    MemberRole.VIEWER: frozenset({May.SEE}),
}
OFFICE_MAY: dict[str, frozenset[str]] = {
    Office.REVIEWER: frozenset(
        {
            May.REVIEW_LISTINGS,
            May.REVIEW_MATCHES,
            May.RUN,
            May.REGISTER,
            May.VERIFY,
            May.EDIT_CODES,
            May.IMPORT,
            May.READ_LOG,
            May.READ_FIGURES,
        }
    ),
    Office.LEADER: frozenset({May.READ_FIGURES}),
    Office.SYSTEM: frozenset({May.MANAGE_ACCOUNTS}),
    Office.SECURITY: frozenset({May.MANAGE_ROLES}),
    Office.AUDIT: frozenset({May.READ_LOG}),
}
ADMINISTRATORS = (Office.SYSTEM, Office.SECURITY, Office.AUDIT)
# held for one city
OF_A_CITY = (Office.REVIEWER, Office.LEADER)
