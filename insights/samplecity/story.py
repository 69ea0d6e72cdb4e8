"""What happened since the lists were published, day by day, through the real services."""

from typing import TYPE_CHECKING

from insights.samplecity.clock import Clock
from insights.samplecity.lists import OWN, Lists
from insights.samplecity.people import People

if TYPE_CHECKING:
    from insights.samplecity import Sample


class Story:
    """The sample city's two months."""

    def __init__(self, sample: "Sample", clock: Clock, people: People, lists: Lists) -> None:
        self.sample, self.clock, self.people, self.lists = sample, clock, people, lists

    def tell(self) -> None:
        """Everything in the order of its days."""
        for entry in sorted(self.sample.city["listings"], key=lambda e: e["day"]):
            if entry["state"] not in OWN:
                self.lists.end(entry)
                self.clock.set_back(self.sample.days.moment(entry["day"], 0.9))
        self.clock.quiet()
