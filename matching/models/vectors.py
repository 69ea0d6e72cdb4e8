"""Texts and their vectors: each text once for each model, so that no listing is ever embedded twice."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from scenemarket.leases import Leased, LeasedQuerySet, WorkState


class TextVectorQuerySet(LeasedQuerySet):
    def of(self, model_ids: list[str]) -> "TextVectorQuerySet":
        return self.filter(model_id__in=model_ids)

    def unfinished(self) -> "TextVectorQuerySet":
        return self.filter(work_state__in=[WorkState.QUEUED, WorkState.WORKING])


class TextVector(Leased):
    """One text under one model: work until it has its vector (16-bit numbers, 768 bytes when there are 384), then known."""

    text_hash = models.CharField(max_length=64)
    model_id = models.CharField(max_length=80)
    # the words themselves, until the vector is there
    text = models.TextField(blank=True)
    vector = models.BinaryField(null=True)
    # when a listing last asked for it, to within a day: what none asks for is forgotten
    needed_at = models.DateTimeField(db_default=Now())

    objects = TextVectorQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_id", "text_hash"], name="one_vector_per_text_and_model"),
            models.CheckConstraint(
                condition=~Q(work_state=WorkState.DONE) | Q(vector__isnull=False), name="embedded_has_a_vector"
            ),
        ]
        indexes = [
            models.Index(fields=["model_id", "-id"], name="texts_to_embed", condition=~Q(work_state=WorkState.DONE)),
            models.Index(fields=["needed_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} {self.text_hash[:12]}"


class TokensSpent(models.Model):
    """What an address that takes money has counted on one day: a budget holds for all workers together."""

    day = models.DateField(unique=True)
    tokens = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.tokens}"
