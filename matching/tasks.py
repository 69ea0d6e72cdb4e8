"""Doors for Celery; the work is in services. A message carries a key, and may come late, twice or never."""

from celery import shared_task

from matching.models import MatchRun, Shard
from matching.services import answers, embedding, finding, learning, work, writing
from matching.services import sweep as sweeping
from matching.states import Step


@shared_task
def sweep() -> None:
    """Every two seconds."""
    send(sweeping.sweep())
    sweeping.sweep_rest()


@shared_task
def listing_changed(side: str, key: int) -> None:
    """A listing was opened or edited: what would otherwise wait for the next sweep."""
    send(sweeping.listing_changed(side, key))
    embed_texts.delay()


# measuring lists of 200,000 takes minutes; the lease is renewed meanwhile
@shared_task(soft_time_limit=1740, time_limit=1800)
def work_shard(shard_id: int) -> None:
    """One step of a run over a city."""
    send(work.work_shard(shard_id))


# the same: a machine that has no folder yet builds it first
@shared_task(soft_time_limit=1740, time_limit=1800)
def work_increment(shard_id: int) -> None:
    """One listing against the other side; not behind the steps of long runs."""
    send(work.work_shard(shard_id))


@shared_task
def embed_texts() -> None:
    """Every two seconds, in a queue of its own: what waits for vectors gets them."""
    if embedding.embed_all_due():
        send(sweeping.vectors_came())


@shared_task
def forget_vectors() -> None:
    """Once an hour."""
    embedding.forget_unneeded()


# reading and measuring lists of 200,000
@shared_task(soft_time_limit=1740, time_limit=1800)
def index_listings() -> None:
    """Every ten seconds: what people search in, built anew once the lists have changed."""
    finding.build_due()


@shared_task
def sweep_answers() -> None:
    """Twice a minute."""
    answers.remind_due()
    answers.expire_due()


@shared_task
def sweep_learning() -> None:
    """Every minute: this night's trainings, and those that nobody works on."""
    for key in learning.sweep():
        train_ranker.delay(key)


@shared_task(soft_time_limit=1740, time_limit=1800)
def train_ranker(ranker_id: int) -> None:
    """One training, from the decisions of one city."""
    learning.train(ranker_id)


@shared_task(soft_time_limit=1740, time_limit=1800)
def prepare_for_writing(run_id: int) -> None:
    """Somebody is writing, and the lists are not yet measured for texts without vectors."""
    run = MatchRun.objects.filter(pk=run_id).first()
    if run is not None:
        writing.prepare(run)


def send(keys: list[int]) -> None:
    """Tell a worker of each step; what gets lost is told again by the sweep."""
    increments = set(Shard.objects.filter(pk__in=keys, step=Step.INCREMENT).values_list("pk", flat=True))
    for key in keys:
        (work_increment if key in increments else work_shard).delay(key)
