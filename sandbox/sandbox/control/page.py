"""/_sandbox/: the world and its faults on one page of plain HTML, with forms for what is changed most."""

from collections.abc import Iterable
from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sandbox.clock import stamp
from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import RawBody
from sandbox.faults.rules import KINDS, Rule
from sandbox.world.tree import Advertiser

from .page_style import STYLE
from .routes import from_this_machine

router = APIRouter(prefix="/_sandbox", dependencies=[Depends(from_this_machine)])

_STEPS = (("1 minute", 60), ("1 hour", 3600), ("1 day", 86_400))
_SHOWN_REQUESTS = 40
_PLACES = (
    ("*", "everything"), ("POST /reporting/reports", "report creation"),
    ("GET /reporting/reports", "report polling"), ("GET /_download", "downloads"),
    ("POST /auth/o2/token", "tokens"), ("/dsp", "DSP entities"), ("/adsApi", "adsApi"),
    ("/sqs", "stream queues"),
)  # fmt: skip


@router.get("/")
def show_page(deps: Deps, advertiser: str = "") -> HTMLResponse:
    """`advertiser`: whose orders are shown."""
    parts = (_clock(deps), _faults(deps), _quota(deps), _streams(deps), _journal(deps),
             _world(deps, advertiser))  # fmt: skip
    body = "".join(parts)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>Sandbox <small>{escape(deps.world.dice.seed)}</small></h1>{body}</body></html>"
    )


@router.post("/")
def change(request: Request, body: RawBody, deps: Deps) -> Response:
    """What a form of the page asks for; the page comes again afterwards."""
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        raise HTTPException(403, "Only this page's own forms")
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        _perform(fields, deps)
    except (ValueError, KeyError) as error:
        raise HTTPException(422, "A field is missing or wrong") from error
    return RedirectResponse("/_sandbox/", 303)


def _perform(fields: dict[str, str], deps: SandboxDeps) -> None:
    match fields["do"]:
        case "advance":
            deps.clock.advance(min(max(float(fields["seconds"]), 0.0), 86_400.0))
        case "freeze" | "run" as word:
            deps.clock.set(deps.clock.now(), frozen=word == "freeze")
        case "fault":
            rate = float(fields["rate"])
            if fields["kind"] not in KINDS or not 0 <= rate <= 1:
                raise ValueError(fields["kind"])
            rule = Rule(fields["match"], fields["kind"], rate)
            deps.faults.replace([*deps.faults.rules, rule])
        case "no faults":
            deps.faults.replace([])
        case word:
            raise ValueError(word)


def _clock(deps: SandboxDeps) -> str:
    told = deps.clock.describe()
    steps = "".join(_button("advance", f"+ {name}", seconds=n) for name, n in _STEPS)
    frozen = _button("run", "let it run") if told["frozen"] else _button("freeze", "freeze")
    held = f"<p>Numbers held at {told['data_held_at']}</p>" if told["data_held_at"] else ""
    state = "frozen" if told["frozen"] else "running"
    return _section("Clock", f"<p><b>{told['now']}</b> ({state})</p>{held}<p>{steps}{frozen}</p>")


def _faults(deps: SandboxDeps) -> str:
    rows = [
        (r.match, r.kind, f"{r.rate:g}", "" if r.count is None else r.count, r.seen, r.fired)
        for r in deps.faults.rules
    ]
    table = _table(("match", "kind", "rate", "count", "seen", "fired"), rows, "No faults.")
    places = "".join(f'<option value="{escape(v)}">{escape(n)}</option>' for v, n in _PLACES)
    kinds = "".join(f"<option>{kind}</option>" for kind in KINDS)
    form = (
        f'<form method="post" action="/_sandbox/"><input type="hidden" name="do" value="fault">'
        f'<label>Where <select name="match">{places}</select></label> '
        f'<label>What <select name="kind">{kinds}</select></label> '
        '<label>Share <input name="rate" type="number" min="0" max="1" step="0.01" value="0.2">'
        "</label> <button>Add</button></form>"
    )
    clear = _button("no faults", "Switch all off") if rows else ""
    return _section("Faults", f"{table}{form}{clear}")


def _quota(deps: SandboxDeps) -> str:
    rows = [
        (rule.family or "all", rule.region or "all", rule.per, f"{rule.per_minute:g}", rule.burst)
        for rule in deps.quota.rules
    ]
    names = ("family", "region", "per", "a minute", "burst")
    counts = f"<p>{deps.quota.admitted} admitted, {deps.quota.refused} refused</p>"
    return _section("Quota", _table(names, rows, "Nothing is limited.") + counts)


def _streams(deps: SandboxDeps) -> str:
    now = deps.clock.now()
    rows = [
        (
            item.dataset, _name(deps, item.advertiser_id), item.status(now),
            stamp(item.sent_through) if item.sent_through else "", item.queue_arn,
        )
        for item in deps.streams.reviewed()
    ]  # fmt: skip
    queues: list[tuple[object, ...]] = []
    for arn, queue in sorted(deps.streams.queues.by_arn.items()):
        counts = deps.streams.queues.counts(arn)
        queues.append((arn, queue.sent, queue.deleted, counts.visible, counts.in_flight))
    subscriptions = ("data set", "advertiser", "status", "sent through", "queue")
    table = _table(subscriptions, rows, "Nobody has subscribed.")
    if queues:
        table += _table(("queue", "sent", "deleted", "visible", "in flight"), queues, "")
    return _section("Marketing Stream", table)


def _journal(deps: SandboxDeps) -> str:
    entries = reversed(deps.journal.entries("", _SHOWN_REQUESTS))
    rows = [
        (stamp(item.at), item.method, item.path, item.status or "-", item.fault or "")
        for item in entries
    ]
    names = ("at", "method", "path", "status", "fault")
    return _section("Requests", _table(names, rows, "Nobody has asked for anything."))


def _world(deps: SandboxDeps, chosen: str) -> str:
    tree = deps.world.tree
    rows = "".join(
        f"<tr><td>{escape(item.brand.name)}</td>"
        f'<td><a href="/_sandbox/?advertiser={item.advertiser_id}#orders">{escape(item.name)}</a></td>'
        f"<td>{item.advertiser_id}</td><td>{item.market.country}</td><td>{item.currency}</td>"
        f"<td>{item.timezone}</td></tr>"
        for item in tree.advertisers.values()
    )
    names = ("brand", "advertiser", "id", "country", "currency", "time zone")
    head = "".join(f"<th>{name}</th>" for name in names)
    orders = _orders(deps, tree.advertisers[chosen]) if chosen in tree.advertisers else ""
    count = f"{len(tree.brands)} brands, {len(tree.advertisers)} advertisers"
    table = f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'
    people = _table(
        ("user", "name", "access", "advertisers"),
        [(u.key, u.name, u.access, len(u.advertiser_ids)) for u in tree.users.values()], "",
    )  # fmt: skip
    return orders + _section(f"World: {count}", people + table)


def _orders(deps: SandboxDeps, advertiser: Advertiser) -> str:
    today = deps.clock.now().astimezone(advertiser.zone).date()
    found = deps.world.flights.between(advertiser, today - timedelta(days=30), today)
    items = "".join(
        f"<details><summary>{escape(order.name)} <small>{order.order_id}, {order.first_day} to "
        f"{order.last_day}</small></summary><ul>"
        + "".join(
            f"<li>{escape(line.name)} <small>{line.line_item_id}, {len(line.creatives)} creatives"
            "</small></li>"
            for line in order.line_items
        )
        + "</ul></details>"
        for order in found
    )
    return f'<section id="orders"><h2>{escape(advertiser.name)}: last 30 days</h2>{items}</section>'


def _name(deps: SandboxDeps, advertiser_id: str) -> str:
    found = deps.world.tree.advertisers.get(advertiser_id)
    return found.name if found else advertiser_id


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(names: Iterable[str], rows: Iterable[tuple[object, ...]], empty: str) -> str:
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    if not lines:
        return f"<p>{escape(empty)}</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f'<div class="wide"><table><tr>{head}</tr>{lines}</table></div>'


def _button(do: str, text: str, **fields: object) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in ({"do": do} | fields).items()
    )
    return f'<form class="inline" method="post" action="/_sandbox/">{hidden}<button>{escape(text)}</button></form> '
