"""How a run was arranged, and places that fell free and wait for the next in line."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from matching.models.matches import Match
from matching.models.runs import MatchRun


class Arrangement(models.Model):
    """One position of the slider over a run: the newest one of a run is how it stands."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="arrangements")
    fairness = models.FloatField()
    # what each firm pays, by its key; firms that are not asked too often pay nothing and are left out
    prices = models.JSONField(default=dict)
    # the room that there was: of opportunities, of firms
    room = models.JSONField(default=dict)
    effect = models.JSONField(default=dict)
    # None: as the run was made
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["run", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(fairness__range=(0, 1)), name="fairness_from_nought_to_one"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.fairness}"


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def waiting(self) -> "VacancyQuerySet":
        return self.filter(filled_at=None)


class Vacancy(models.Model):
    """A match that came to nothing: its opportunity and its firm each may get the next in line. One row per match and round."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="vacancies")
    round = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())
    filled_at = models.DateTimeField(null=True)
    for_opportunity = models.ForeignKey(Match, models.SET_NULL, null=True, related_name="+")
    for_firm = models.ForeignKey(Match, models.SET_NULL, null=True, related_name="+")

    objects = VacancyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["match", "round"], name="one_vacancy_per_match_and_round")]
        indexes = [models.Index(fields=["at"], condition=Q(filled_at=None), name="vacancies_waiting")]

    def __str__(self) -> str:
        return f"{self.match_id} #{self.round}"
