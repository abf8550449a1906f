"""What a transaction notes about itself while it runs; the audit log tells it afterwards."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class Notes:
    """Gathered from the facts it emits and from `shared.audit.note`."""

    brand_ids: set[UUID] = field(default_factory=set[UUID])
    every_brand: bool | None = None
    target: tuple[str, str] | None = None
    fact: tuple[str, str] | None = None
    details: dict[str, object] = field(default_factory=dict[str, object])

    def add_fact(self, noun: str, subject: str, brand_id: UUID | None) -> None:
        """A fact leaves with this transaction: the first one names what was acted on."""
        if self.fact is None:
            self.fact = (noun, subject)
        if brand_id is not None:
            self.brand_ids.add(brand_id)
