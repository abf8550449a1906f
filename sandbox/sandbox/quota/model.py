"""Token buckets in sandbox time, per rule and region or account, with a schedule of cuts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Family = Literal["report_create", "report_read", "entities", "insights"]
Per = Literal["region", "profile"]
Form = Literal["seconds", "date"]

_REPORTS = re.compile(
    r"/reporting/reports|/accounts/[^/]+/dsp/reports|/adsApi/v1/(create|retrieve|delete)/reports"
)
_INSIGHTS = re.compile(r"/dsp/v1/(campaign/insights|frequency)")
_ENTITIES = re.compile(r"/dsp/|/adsApi/|/v2/profiles|/managerAccounts")
_ACCOUNTS = (
    "amazon-ads-accountid", "amazon-advertising-api-scope", "amazon-advertising-api-advertiserid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """`region` or `family` None: each of them, in buckets of their own. `burst`: at once."""

    per_minute: float
    burst: int
    per: Per = "region"
    region: str | None = None
    family: Family | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """From `after_seconds` on, for `for_seconds`, everything is `factor` of itself."""

    after_seconds: float
    for_seconds: float
    factor: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


@dataclass(slots=True)
class Quota:
    """Without rules nothing is limited. Times of cuts count from when the rules were set."""

    rules: list[Rule] = field(default_factory=list[Rule])
    cuts: list[Cut] = field(default_factory=list[Cut])
    with_retry_after: bool = True
    form: Form = "seconds"
    since: datetime | None = None
    admitted: int = 0
    refused: int = 0
    _buckets: dict[tuple[int, str, str, str], _Bucket] = field(
        default_factory=dict[tuple[int, str, str, str], _Bucket]
    )

    def replace(
        self, rules: list[Rule], cuts: list[Cut], now: datetime, *, named: bool, form: Form
    ) -> None:
        """New rules, full buckets, counts from nothing; `named`: whether 429s carry Retry-After."""
        self.rules, self.cuts, self.since = rules, cuts, now
        self.with_retry_after, self.form = named, form
        self.admitted = self.refused = 0
        self._buckets = {}

    def ask(self, region: str, family: Family, account: str, now: datetime) -> float:
        """0 and one token less everywhere, or the seconds until all buckets have one."""
        found = [
            (rule, self._refilled(place, rule, region, family, account, now))
            for place, rule in enumerate(self.rules)
            if rule.region in (None, region) and rule.family in (None, family)
        ]
        rate = self.factor(now) / 60
        waits = [
            (1 - bucket.tokens) / (rule.per_minute * rate)
            for rule, bucket in found
            if bucket.tokens < 1 - 1e-6
        ]
        if waits:
            self.refused += 1
            return max(waits)
        for _, bucket in found:
            bucket.tokens -= 1
        self.admitted += bool(found)
        return 0.0

    def factor(self, now: datetime) -> float:
        """What the cuts in force leave."""
        passed = (now - (self.since or now)).total_seconds()
        left = 1.0
        for cut in self.cuts:
            if 0 <= passed - cut.after_seconds < cut.for_seconds:
                left *= cut.factor
        return left

    def _refilled(
        self, place: int, rule: Rule, region: str, family: Family, account: str, now: datetime
    ) -> _Bucket:
        """A pause over the edge of a cut is refilled at the rate after it."""
        key = (place, region, family, account if rule.per == "profile" else "")
        factor = self.factor(now)
        room = max(1.0, rule.burst * factor)
        bucket = self._buckets.setdefault(key, _Bucket(room, now))
        seconds = max(0.0, (now - bucket.at).total_seconds())
        gained = seconds * rule.per_minute * factor / 60
        bucket.tokens, bucket.at = min(room, bucket.tokens + gained), now
        return bucket


def family_of(method: str, path: str) -> Family | None:
    """Of a path without its region; None: logins, files and AMC are never limited here."""
    if found := _REPORTS.match(path):
        creates = method == "POST" and found[1] in (None, "create")
        return "report_create" if creates else "report_read"
    if _INSIGHTS.match(path):
        return "insights"
    return "entities" if _ENTITIES.match(path) else None


def account_of(headers: Mapping[str, str]) -> str:
    """The advertiser or seat a request is for."""
    return next((headers[name] for name in _ACCOUNTS if headers.get(name)), "")
