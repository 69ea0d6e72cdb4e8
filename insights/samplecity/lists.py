"""The two workbooks, through the real import: official lists by the reviewers, late-comers by their own members."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from accounts.models import Organisation, User
from codelists import plain
from insights.samplecity.clock import Clock
from insights.samplecity.people import People
from listings import imports, kinds, registers, services
from listings.models import ImportJob, ImportState, Kind, Listing
from listings.sheets import open_table, write_xlsx
from listings.states import CloseReason

if TYPE_CHECKING:
    from insights.samplecity import Sample

# states in which a listing came from its own member, and not in the official list
OWN = ("returned", "submitted", "draft")
UPLOADED = -59


class Lists:
    """The listings of the sample city."""

    def __init__(self, sample: "Sample", clock: Clock, people: People) -> None:
        self.sample, self.clock, self.people = sample, clock, people
        self.days = sample.days
        self.late = {
            self.days.number(entry["number"]): entry for entry in sample.city["listings"] if entry["state"] in OWN
        }

    def bring_in(self) -> None:
        """Official lists first, then what members sent in themselves, then programmes."""
        rows = {kind: self._rows(kind) for kind in Kind.values}
        for batch in self.sample.city["batches"]:
            self._official(batch, rows[batch["kind"]])
        for number, entry in sorted(self.late.items(), key=lambda item: item[1]["day"]):
            self._own(entry, next(r for r in rows[entry["kind"]] if r["id"] == number))
        self._programmes()

    def _rows(self, kind: str) -> list[dict[str, Any]]:
        name = "opportunities" if kind == Kind.OPPORTUNITY else "capabilities"
        with open_table(self.sample.folder / self.sample.city["files"][name], kind=kind) as table:
            return [self._moved(row.values) for row in table.rows()]

    def _moved(self, values: dict[str, Any]) -> dict[str, Any]:
        values = {**values, "id": self.days.number(values["id"])}
        if values.get("deadline"):
            values["deadline"] = self.days.moved(values["deadline"])
        if values.get("titles"):
            values["titles"] = [{**t, "expires": self.days.moved(t.get("expires"))} for t in values["titles"]]
        return values

    def _official(self, batch: dict[str, Any], rows: Iterable[dict[str, Any]]) -> None:
        """One city's list, uploaded, confirmed and published by its reviewer."""
        head, name = self.days.number(batch["numbers"]), self.days.number(batch["name"])
        wanted = [row for row in rows if row["id"].startswith(head) and row["id"] not in self.late]
        by = self.people.reviewers(batch["city"])[-1]
        job = self._import(batch["kind"], wanted, name, by=by, city=batch["city"], batch_name=name, publish=True)
        day = self.days.moved(batch["published_on"])
        registers.save_batch(job.batch, by=by, values={"code": self.days.number(batch["code"]), "published_on": day})
        gap = (day - self.days.today).days if day else UPLOADED
        self.clock.set_back(self.days.moment(gap, 0.2))

    def _import(
        self, kind: str, rows: list[dict[str, Any]], name: str, *, by: User, city: str, **options: Any
    ) -> ImportJob:
        """Write rows as a workbook and take it through upload, reading, confirmation and writing."""
        target = io.BytesIO()
        write_xlsx(target, kind, rows, title=name)
        file = ContentFile(target.getvalue(), name=f"{name}.xlsx")
        job = imports.upload(by=by, kind=kind, file=file, city=city, **options)
        imports.work()
        imports.confirm(job, by=by)
        imports.work()
        job.refresh_from_db()
        if job.state != ImportState.DONE or job.faulty:
            found = [row.faults for row in job.rows.exclude(faults=[])]
            raise RuntimeError(f"{name} did not go in: {job.state} {job.refusal} {found}")
        return job

    def _own(self, entry: dict[str, Any], values: dict[str, Any]) -> None:
        """A listing that its own member wrote: left as a draft, submitted, or returned by a reviewer."""
        owner = self._owner(entry["kind"], values)
        by = self.people.writer(owner)
        if entry["state"] == "draft":
            fields = kinds.of(entry["kind"]).fields_from(values)
            services.create_draft(kind=entry["kind"], owner=owner, by=by, values=fields)
            return self.clock.set_back(self.days.moment(entry["day"], 0.6))
        self._import(entry["kind"], [values], f"{owner} {values['id']}", by=by, city=owner.city, organisation=owner)
        if entry["state"] == "returned":
            self.clock.set_back(self.days.moment(entry["day"] - 1, 0.6))
            services.send_back(self.listing(entry["number"]), by=self.people.users[entry["by"]], reason=entry["reason"])
        self.clock.set_back(self.days.moment(entry["day"], 0.7))

    def _owner(self, kind: str, values: dict[str, Any]) -> Organisation:
        name = values[kinds.of(kind).owner_key]
        by_name = {plain.folded(o.name): o for o in self.people.organisations.values()}
        return by_name[plain.folded(name)]

    def _programmes(self) -> None:
        for row in self.sample.city["programmes"]:
            by = self.people.reviewers(row["city"])[0]
            entry = plain.words("field").get(row["field"])
            values = {
                "name": row["name"],
                "summary": row["summary"],
                "field": entry.code if entry else "",
                "city": row["city"],
            }
            programme = registers.save_programme(None, by=by, values=values)
            for name, kind in (("opportunities", Kind.OPPORTUNITY), ("capabilities", Kind.CAPABILITY)):
                numbers = [self.days.number(number) for number in row[name]]
                registers.add_listings(programme, by=by, kind=kind, numbers=numbers)
        self.clock.set_back(self.days.moment(-50, 0.3))

    def listing(self, number: str) -> Listing:
        """The listing that the sample knows by this number, as it stands now."""
        kind = Kind.CAPABILITY if number.startswith("NL-") else Kind.OPPORTUNITY
        rows: Any = kinds.of(kind).model._default_manager
        found: Listing = rows.select_related("owner").get(number=self.days.number(number))
        return found

    def end(self, entry: dict[str, Any]) -> None:
        """Pause or close a listing as the story says."""
        listing = self.listing(entry["number"])
        by = self.people.users.get(entry["by"] or "")
        if entry["state"] == "paused":
            services.pause(listing, by=by or self.people.writer(listing.owner))
        else:
            services.close(listing, by=by, reason=CloseReason(entry["close_reason"]))
