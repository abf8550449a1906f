"""Reports from request to expiry. Status is a function of the clock; nothing runs behind.

A report's file is not stored: the moment whose knowledge it shows is, and the world does the rest.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

from sandbox.clock import SandboxClock, stamp, to_millisecond
from sandbox.state import State

Status = Literal["PENDING", "PROCESSING", "COMPLETED", "FAILED"]
URL_SECONDS = 3600


@dataclass(slots=True)
class Pace:
    """How long reports wait and run, and how many of the next ones fail."""

    pending_seconds: float
    processing_seconds: float
    fail_next: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    report_id: str
    body: dict[str, Any]
    advertiser_ids: tuple[str, ...]
    created_at: datetime
    processing_at: datetime
    generated_at: datetime
    data_at: datetime
    failure: str | None

    def status(self, now: datetime) -> Status:
        if now < self.processing_at:
            return "PENDING"
        if now < self.generated_at:
            return "PROCESSING"
        return "FAILED" if self.failure else "COMPLETED"


class DuplicateReportError(Exception):
    """The same request is still unfinished as `report_id`."""

    def __init__(self, report_id: str) -> None:
        super().__init__(report_id)
        self.report_id = report_id


@dataclass(slots=True)
class Reports:
    """One family's report queue of all regions; `kind` keeps the families' documents apart."""

    state: State
    clock: SandboxClock
    pace: Pace
    key: bytes
    kind: str = "report"
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    lock: Lock = field(default_factory=Lock)

    def submit(
        self, body: dict[str, Any], advertiser_ids: tuple[str, ...], fingerprint: str
    ) -> Report:
        """Queues a report; raises DuplicateReportError while the same one is unfinished."""
        key = hashlib.sha256(f"{self.kind}{fingerprint}".encode()).hexdigest()
        with self.lock:
            running = self._running(key)
            if running:
                raise DuplicateReportError(running)
            report = self._schedule(body, advertiser_ids)
            self.state.put(self.kind, report.report_id, _dump(report))
            self.state.put("fingerprint", key, {"id": report.report_id})
        return report

    def _running(self, key: str) -> str | None:
        entry = self.state.get("fingerprint", key)
        report = self.find(entry["id"]) if entry else None
        if report and report.status(self.clock.now()) in {"PENDING", "PROCESSING"}:
            return report.report_id
        return None

    def _schedule(self, body: dict[str, Any], advertiser_ids: tuple[str, ...]) -> Report:
        now = to_millisecond(self.clock.now())
        processing = now + timedelta(seconds=self.pace.pending_seconds)
        generated = to_millisecond(processing + timedelta(seconds=self.pace.processing_seconds))
        failure = None
        if self.pace.fail_next > 0:
            self.pace.fail_next -= 1
            failure = "Internal error while generating the report"
        return Report(
            report_id=str(uuid.uuid4()),
            body=body,
            advertiser_ids=advertiser_ids,
            created_at=now,
            processing_at=processing,
            generated_at=generated,
            data_at=self.clock.data_time(generated),
            failure=failure,
        )

    def find(self, report_id: str) -> Report | None:
        entry = self.state.get(self.kind, report_id)
        return _load(report_id, entry) if entry else None

    def cancel(self, report_id: str) -> None:
        self.state.take(self.kind, report_id)

    def signature(self, report_id: str, expires: int) -> str:
        text = f"{report_id}\x1f{expires}".encode()
        return hmac.digest(self.key, text, "sha256").hex()


def describe(report: Report, now: datetime, url: str | None, size: int | None) -> dict[str, Any]:
    """The report object; fields not known yet are null."""
    status = report.status(now)
    done = status == "COMPLETED"
    touched = {"PENDING": report.created_at, "PROCESSING": report.processing_at}
    return {
        "configuration": report.body["configuration"],
        "createdAt": stamp(report.created_at),
        "endDate": report.body["endDate"],
        "failureReason": report.failure if status == "FAILED" else None,
        "fileSize": size,
        "generatedAt": stamp(report.generated_at) if done else None,
        "name": report.body.get("name"),
        "reportId": report.report_id,
        "startDate": report.body["startDate"],
        "status": status,
        "updatedAt": stamp(touched.get(status, report.generated_at)),
        "url": url,
        "urlExpiresAt": stamp(now + timedelta(seconds=URL_SECONDS)) if url else None,
    }


def _dump(report: Report) -> dict[str, Any]:
    return {
        "body": report.body,
        "advertiser_ids": list(report.advertiser_ids),
        "created_at": report.created_at.isoformat(),
        "processing_at": report.processing_at.isoformat(),
        "generated_at": report.generated_at.isoformat(),
        "data_at": report.data_at.isoformat(),
        "failure": report.failure,
    }


def _load(report_id: str, entry: dict[str, Any]) -> Report:
    moments = (entry[name] for name in ("created_at", "processing_at", "generated_at", "data_at"))
    created, processing, generated, data = (datetime.fromisoformat(text) for text in moments)
    return Report(
        report_id, entry["body"], tuple(entry["advertiser_ids"]), created, processing, generated,
        data, entry["failure"],
    )  # fmt: skip
