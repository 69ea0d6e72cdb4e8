"""Rows for tests: everything valid by default, nothing random that a test could trip over."""

from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Appointment, Membership, Organisation, OrganisationKind, User
from accounts.roles import MemberRole, Office
from accounts.uscc import check_character
from capabilities.models import Capability
from deals.models import Deal
from listings.models import Batch, Kind
from listings.states import State
from matching.models import Answer, Match, MatchRun, Ranker
from matching.states import MatchState, RankerState, RunState
from opportunities.models import Opportunity

CITY = "990100"
PASSWORD = "correct-horse-9"
_numbers = count(1)


def uscc(number: int, head: str = "91") -> str:
    """A valid credit code of the fictional city (its inner check is only a warning)."""
    first17 = f"{head}{CITY}{number:08d}0"
    return first17 + check_character(first17)


@cache
def hashed_password() -> str:
    """PASSWORD as the database holds it; hashed once, as hashing is slow on purpose."""
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@city.example")
    name = factory.Sequence(lambda n: f"甲{n}")
    password = factory.LazyFunction(hashed_password)


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"样例科技{n}有限公司")
    uscc = factory.LazyFunction(lambda: uscc(next(_numbers)))
    kind = OrganisationKind.FIRM
    city = CITY
    region = "990101"
    contact_name = "联络甲"
    contact_phone = "0000-1234567"
    verified_at = factory.LazyFunction(timezone.now)


class AgencyFactory(OrganisationFactory):
    name = factory.Sequence(lambda n: f"样例市第{n}局")
    uscc = factory.LazyFunction(lambda: uscc(next(_numbers), "11"))
    kind = OrganisationKind.AGENCY


class BatchFactory(factory.django.DjangoModelFactory[Batch]):
    class Meta:
        model = Batch

    kind = Kind.OPPORTUNITY
    city = CITY
    code = factory.Sequence(lambda n: f"2026-{n:02d}")
    name = factory.Sequence(lambda n: f"湖城市2026年第{n}批场景机会清单")


class OpportunityFactory(factory.django.DjangoModelFactory[Opportunity]):
    class Meta:
        model = Opportunity

    owner = factory.SubFactory(AgencyFactory)
    city = CITY
    number = factory.Sequence(lambda n: f"HC-2026-01-{n:03d}")
    title = factory.Sequence(lambda n: f"老城区供水管网渗漏巡检 {n}")
    summary = "老城区供水管道漏水多发，人工听漏慢，需要在不停水的条件下查出漏点。"
    need = "定位误差不超过 1 米，给出渗漏等级。"
    field = "city"
    region = "990101"
    technologies = factory.List(["声学检测", "管道机器人"])
    cooperation = factory.List(["pilot"])
    budget_min_wan = 100
    budget_max_wan = 300
    deadline = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=60))
    contact_name = "联络乙"
    contact_phone = "0000-7654321"
    state = State.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class CapabilityFactory(factory.django.DjangoModelFactory[Capability]):
    class Meta:
        model = Capability

    owner = factory.SubFactory(OrganisationFactory)
    city = CITY
    number = factory.Sequence(lambda n: f"NL-2026-01-{n:03d}")
    title = factory.Sequence(lambda n: f"带压球形检漏与管网预警 {n}")
    summary = "球形检测器随水流带压运行，拾取渗漏声，定位漏点，适用 DN80 以上管道。"
    field = "city"
    technologies = factory.List(["声学检测"])
    trl = 8
    service_regions = factory.List(["990100"])
    price_min_wan = 120
    price_max_wan = 260
    state = State.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class RunFactory(factory.django.DjangoModelFactory[MatchRun]):
    class Meta:
        model = MatchRun

    city = CITY
    state = RunState.READY
    engine_settings = factory.Dict({})
    engine_version = "test"


class RankerFactory(factory.django.DjangoModelFactory[Ranker]):
    """A ranker that was trained; what it learnt says nothing."""

    class Meta:
        model = Ranker

    city = CITY
    state = RankerState.OFFERED
    work_state = "done"
    engine_version = "test"
    kind = "linear"
    opportunities = 60
    pairs = 400
    text = '{"kind": "linear", "features": [], "centre": 0.0, "means": [], "weights": []}'


class MatchFactory(factory.django.DjangoModelFactory[Match]):
    class Meta:
        model = Match

    opportunity = factory.SubFactory(OpportunityFactory)
    capability = factory.SubFactory(CapabilityFactory)
    opportunity_version = factory.SelfAttribute("opportunity.version")
    capability_version = factory.SelfAttribute("capability.version")
    run = factory.SubFactory(RunFactory)
    score = 82
    eligible = True
    state = MatchState.PROPOSED


def pushed_match(**values: Any) -> Match:
    """A match on its way, with both answers waiting."""
    now = timezone.now()
    match = MatchFactory(state=MatchState.PUSHED, pushed_at=now, decided_at=now, **values)
    for side in ("opportunity", "capability"):
        Answer.objects.create(match=match, side=side, due_at=now + timedelta(days=7))
    return match


def deal_of(match: Match) -> Deal:
    """The deal of a pushed match after both sides have accepted."""
    match.state, match.agreed_at = MatchState.AGREED, timezone.now()
    match.save(update_fields=["state", "agreed_at"])
    return Deal.objects.create(match=match)


def member(organisation: Organisation, role: str = MemberRole.OWNER, **values: Any) -> User:
    """A person with a role in an organisation."""
    user = UserFactory(**values)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def reviewer(city: str = CITY, **values: Any) -> User:
    """A person who reviews for a city."""
    user = UserFactory(**values)
    Appointment.objects.create(user=user, office=Office.REVIEWER, city=city)
    return user
