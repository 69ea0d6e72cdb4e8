"""What the figures are counted from: facts kept beside the rows that they come from, and notes of what has changed.

A trigger notes each opportunity that a change touches, in the transaction of the change; `keeping` writes its facts anew and
takes the notes away in one transaction. So a fact is never lost, whoever made the change and whatever kills the worker.
Days are days in Shanghai. docs/decisions/0045-kept-figures.md
"""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Organisation
from deals.models import Deal
from listings.models import wan
from matching.models import Answer
from opportunities.models import Opportunity
from scenemarket.leases import Leased


class Placed(models.Model):
    """By what figures can be narrowed: the city and district of the opportunity, its owner, field and industry."""

    city = models.CharField(max_length=12)
    region = models.CharField(max_length=12, blank=True)
    owner = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    field = models.CharField(max_length=40, blank=True)
    # the section of the industry: one letter, or nothing
    industry = models.CharField(max_length=1, blank=True)
    public = models.BooleanField()

    class Meta:
        abstract = True


class Course(Placed):
    """How far one published opportunity came, and when: the first day of each step; None is not yet."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, primary_key=True, related_name="+")
    open = models.BooleanField()
    published_on = models.DateField()
    matched_on = models.DateField(null=True)
    pushed_on = models.DateField(null=True)
    agreed_on = models.DateField(null=True)
    signed_on = models.DateField(null=True)
    landed_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["city", "published_on"]),
            models.Index(fields=["city", "open", "field", "industry"]),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.published_on}"


class Pact(Placed):
    """One deal: the days on which it was agreed, signed and landed; the amount of its contract, None while there is none."""

    deal = models.OneToOneField(Deal, models.CASCADE, primary_key=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    agreed_on = models.DateField()
    signed_on = models.DateField(null=True)
    landed_on = models.DateField(null=True)
    amount_wan = wan()

    class Meta:
        indexes = [
            models.Index(fields=["city", "agreed_on"]),
            models.Index(fields=["city", "signed_on"]),
            models.Index(fields=["city", "landed_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.agreed_on}"


class Reply(Placed):
    """One question to one side of a match: asked when, answered when, after how many hours, with what outcome."""

    answer = models.OneToOneField(Answer, models.CASCADE, primary_key=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    side = models.CharField(max_length=12)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, blank=True)
    asked_on = models.DateField()
    # both None while it waits, or when it expired
    answered_on = models.DateField(null=True)
    hours = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["city", "side", "answered_on"], include=["owner", "hours"], name="replies_by_day"),
            models.Index(
                fields=["city", "answered_on"], include=["side", "reason"], condition=models.Q(outcome="declined"),
                name="declined_by_day",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.answer_id} {self.outcome}"


class Touched(models.Model):
    """A note that the facts about this opportunity are to be written anew. Several notes may say the same."""

    opportunity_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.opportunity_id)


class Keeping(Leased):
    """The work of keeping the facts: one row. `made_at` is when they were last brought up to the moment."""

    made_at = models.DateTimeField(db_default=Now())
    only = models.BooleanField(default=True, unique=True)

    def __str__(self) -> str:
        return f"{self.made_at}"
