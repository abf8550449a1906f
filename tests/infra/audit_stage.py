"""An agency of its own in which every operation is performed, so that its audit log can be read afterwards."""

import secrets as random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from pyotp.totp import TOTP

from infra.agency import Agency, consent, wait_for
from infra.installation import Installation
from infra.principals import PASSWORD, invite
from infra.tenants import Tenants, map_brands

DOMAIN = "woodgrove.example"
OWNER = (f"owner@{DOMAIN}", "a passphrase of whom this agency belongs to")
IP = "127.0.0.1"
KEY_WISH = ("report:read", "report:export", "sync:read", "sync:manage", "amc:read", "brand:manage")


@dataclass(frozen=True)
class Did:
    """What was performed and what the log must tell of it: `target` and `brands` where they are known,
    `actor` (kind, id). `log`: whose log it is in. Without a `request_id` (visitors' calls are told
    later, by a loop) it is found by what it tells."""

    request_id: str
    actor: tuple[str, str]
    log: Agency
    target: tuple[str, str] | None = None
    brands: frozenset[str] = frozenset()
    every_brand: bool = False
    impersonator: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Stage:
    """`known`: what one performance leaves for the next. `secret`: everything that no log may hold."""

    tenants: Tenants
    owner: Agency
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    secret: set[str] = field(default_factory=set[str])
    people: list[Agency] = field(default_factory=list[Agency])

    @property
    def installation(self) -> Installation:
        return self.tenants.installation

    @property
    def me(self) -> str:
        return str(self.owner.session["user"]["id"])

    def person(self, name: str, role: str = "analyst") -> Agency:
        """Somebody new in the organization, signed in."""
        email = invite(self.owner, f"{DOMAIN.split('.', maxsplit=1)[0]} {name}", [{"role": role}])
        return self.sign_in(email, PASSWORD)

    def sign_in(self, email: str, password: str) -> Agency:
        person = self.visitor().sign_in(email, password)
        self.secret |= {password, person.session["csrf_token"], *person.http.cookies.values()}
        return person

    def visitor(self) -> Agency:
        came = Agency(self.installation)
        self.people.append(came)
        return came

    def close(self) -> None:
        for person in (self.owner, *self.people):
            person.http.close()

    def fresh(self, what: str) -> str:
        """A secret for one use, which must then be nowhere."""
        made = f"a canary of {what} {random.token_hex(8)}"
        self.secret.add(made)
        return made

    def did(self, answer: httpx.Response, **told: Any) -> Did:
        """By the owner, unless told otherwise."""
        assert answer.is_success or answer.is_redirect, f"{answer.request.url}: {answer.text}"
        actor = told.pop("actor", ("user", self.me))
        return Did(answer.headers["x-request-id"], actor, told.pop("log", self.owner), **told)

    def seen(self, answer: httpx.Response, **told: Any) -> Did:
        """A look at the data of every brand."""
        return self.did(answer, every_brand=True, **told)


Perform = Callable[[Stage], Did]


def open_stage(tenants: Tenants) -> Stage:
    """Connected as the sandbox's robin, mapped and synced."""
    tenants.installation.add_organization("Woodgrove", *OWNER)
    owner = Agency(tenants.installation)
    stage = Stage(tenants, owner)
    owner.sign_in(*OWNER)
    stage.secret |= {OWNER[1], owner.session["csrf_token"], *owner.http.cookies.values()}
    connection_id = owner.connect(user="robin")
    owner.wait_discovered(connection_id)
    map_brands(owner, "Woodgrove")
    owner.wait_synced()
    advertiser = owner.advertisers()[0]
    stage.known |= {
        "connection": connection_id,
        "advertiser": advertiser["id"],
        "brand": advertiser["brand_id"],
    }
    return stage


def token_in(link: str) -> str:
    """The secret part of a link."""
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return token


def letter_token(stage: Stage, email: str, subject: str = "", *, letters: int = 1) -> str:
    """The token of the link in the newest of so many letters to an address."""

    def link() -> str:
        found = stage.installation.sandbox("GET", "/mail", params={"to": email})["items"]
        texts = [x["text"] for x in found if subject.lower() in x["subject"].lower()]
        words = texts[0].split() if len(texts) >= letters else []
        return next((word for word in words if "token=" in word), "")

    wait_for(lambda: bool(link()), f"a letter to {email}", 30)
    token = token_in(link())
    stage.secret.add(token)
    return token


def program(stage: Stage, secret: str) -> httpx.Client:
    """A caller with an API key."""
    stage.secret.add(secret)
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=stage.installation.url, headers=headers, timeout=60)


def code_of(secret: str) -> str:
    return TOTP(secret).now()


def consent_as(stage: Stage, authorize_url: str, user: str) -> httpx.Response:
    """Through the sandbox's page and back."""
    back = consent(authorize_url, user)
    stage.secret |= set(parse_qs(urlsplit(back).query).get("code", []))
    return stage.owner.http.get(back)
