"""How operations about people are performed: members, roles, invitations, sessions, second factors."""

from collections.abc import Callable
from typing import Any

from infra.agency import Agency, wait_for
from infra.audit_stage import DOMAIN, OWNER, Did, Perform, Stage, code_of, letter_token, token_in

GUEST, MOVED = f"visitor@{DOMAIN}", f"moved@{DOMAIN}"
ANYBODY = ("anonymous", "anonymous")


def id_of(person: Agency) -> str:
    return str(person.session["user"]["id"])


def _add_role(stage: Stage) -> Did:
    body = {"name": "Counters", "permissions": ["report:read"]}
    answer = stage.owner.call("POST", "/v1/roles", json=body)
    role = stage.known["role"] = answer.json()["id"]
    return stage.did(answer, target=("role", role), details={"permissions": ["report:read"]})


def _put_role(stage: Stage) -> Did:
    role = stage.known["role"]
    body = {"name": "Counters", "permissions": ["report:read", "sync:read"]}
    answer = stage.owner.call("PUT", f"/v1/roles/{role}", json=body)
    told = {"permissions_before": ["report:read"], "permissions": ["report:read", "sync:read"]}
    return stage.did(answer, target=("role", role), details=told)


def _remove_role(stage: Stage) -> Did:
    role = stage.known["role"]
    return stage.did(stage.owner.call("DELETE", f"/v1/roles/{role}"), target=("role", role))


def _add_invitation(stage: Stage) -> Did:
    body = {"email": GUEST, "grants": [{"role": "viewer"}]}
    answer = stage.owner.call("POST", "/v1/invitations", json=body)
    made = answer.json()
    stage.known["invitation"] = made["invitation"]["id"]
    stage.secret.add(token_in(made["link"]))
    return stage.did(answer, target=("invitation", stage.known["invitation"]))


def _resend(stage: Stage) -> Did:
    invitation = stage.known["invitation"]
    answer = stage.owner.call("POST", f"/v1/invitations/{invitation}/letters")
    stage.secret.add(token_in(answer.json()["link"]))
    return stage.did(answer, target=("invitation", invitation))


def _accept(stage: Stage) -> Did:
    """Somebody new, who is then a member."""
    password = stage.fresh("the first")
    with stage.visitor() as visitor:
        token = letter_token(stage, GUEST, letters=2)
        body = {"token": token, "name": "Guest", "password": password}
        answer = visitor.call("POST", "/v1/invitations/acceptances", json=body)
    stage.known |= {"guest": (GUEST, password)}
    members = stage.owner.api("GET", "/v1/members")["items"]
    [guest] = [m["user_id"] for m in members if m["email"] == GUEST]
    stage.known["guest_id"] = guest
    return stage.did(answer, actor=("user", guest))


def _revoke_invitation(stage: Stage) -> Did:
    body = {"email": f"nobody@{DOMAIN}", "grants": [{"role": "viewer"}]}
    made = stage.owner.api("POST", "/v1/invitations", json=body)["invitation"]["id"]
    answer = stage.owner.call("DELETE", f"/v1/invitations/{made}")
    return stage.did(answer, target=("invitation", made))


def _sign_in(stage: Stage) -> Did:
    email, password = stage.known["guest"]
    guest = stage.known["guest_session"] = stage.visitor()
    answer = guest.call("POST", "/v1/session", json={"email": email, "password": password})
    guest.session = answer.json()
    stage.secret |= {guest.session["csrf_token"], *guest.http.cookies.values()}
    return stage.did(answer, actor=("user", id_of(guest)))


def by_guest(method: str, path: str, body: Callable[[Stage], Any] | None = None) -> Perform:
    """Something of their own."""

    def perform(stage: Stage) -> Did:
        guest: Agency = stage.known["guest_session"]
        options = {} if body is None else {"json": body(stage)}
        return stage.did(guest.call(method, path, **options), actor=("user", id_of(guest)))

    return perform


def _new_password(stage: Stage) -> dict[str, str]:
    email, current = stage.known["guest"]
    stage.known["guest"] = (email, stage.fresh("changed"))
    return {"current": current, "new": stage.known["guest"][1]}


def _new_email(stage: Stage) -> dict[str, str]:
    return {"email": MOVED, "password": stage.known["guest"][1]}


def _confirm_email(stage: Stage) -> Did:
    guest: Agency = stage.known["guest_session"]
    email, password = stage.known["guest"]
    answer = guest.call("PUT", "/v1/user/email", json={"token": letter_token(stage, MOVED)})
    stage.known["guest"] = (MOVED, password)
    told = {"email_before": email, "email": MOVED}
    return stage.did(answer, actor=("user", id_of(guest)), details=told)


def _begin(stage: Stage) -> Did:
    guest: Agency = stage.known["guest_session"]
    body = {"password": stage.known["guest"][1]}
    answer = guest.call("POST", "/v1/user/second-factor", json=body)
    secret = stage.known["totp"] = answer.json()["secret"]
    stage.secret.add(secret)
    return stage.did(answer, actor=("user", id_of(guest)))


def _confirm(stage: Stage) -> Did:
    guest: Agency = stage.known["guest_session"]
    body = {"code": code_of(stage.known["totp"])}
    answer = guest.call("PUT", "/v1/user/second-factor", json=body)
    _keep_codes(stage, answer.json())
    return stage.did(answer, actor=("user", id_of(guest)))


def _keep_codes(stage: Stage, answer: dict[str, Any]) -> None:
    stage.known["codes"] = list(answer["recovery_codes"])
    stage.secret |= set(answer["recovery_codes"])


def _proof(stage: Stage) -> dict[str, str]:
    return {"password": stage.known["guest"][1], "recovery_code": stage.known["codes"].pop()}


def _renew(stage: Stage) -> Did:
    guest: Agency = stage.known["guest_session"]
    answer = guest.call("POST", "/v1/user/second-factor/recovery-codes", json=_proof(stage))
    _keep_codes(stage, answer.json())
    return stage.did(answer, actor=("user", id_of(guest)))


def _finish(stage: Stage) -> Did:
    email, password = stage.known["guest"]
    with stage.visitor() as again:
        body = {"email": email, "password": password}
        asked = again.api("POST", "/v1/session", json=body)
        stage.secret.add(asked["challenge"])
        proof = {"challenge": asked["challenge"], "recovery_code": stage.known["codes"].pop()}
        answer = again.call("POST", "/v1/session/second-factor", json=proof)
        stage.secret |= set(again.http.cookies.values())
    return stage.did(answer, actor=("user", stage.known["guest_id"]))


def _end_one(stage: Stage) -> Did:
    guest: Agency = stage.known["guest_session"]
    items = guest.api("GET", "/v1/sessions")["items"]
    other = next(item["id"] for item in items if not item["current"])
    answer = guest.call("DELETE", f"/v1/sessions/{other}")
    return stage.did(answer, actor=("user", id_of(guest)), target=("session", other))


def _ask_reset(stage: Stage) -> Did:
    """Told some seconds later: to nobody, were the guest gone by then."""
    with stage.visitor() as visitor:
        body = {"email": stage.known["guest"][0]}
        stage.did(visitor.call("POST", "/v1/password-resets", json=body))
    wanted = {"action": "password.reset_requested"}
    log = stage.owner
    wait_for(lambda: bool(log.api("GET", "/v1/audit", params=wanted)["items"]), "the attempt", 30)
    return Did("", ANYBODY, stage.owner, target=("user", stage.known["guest_id"]))


def _redeem_reset(stage: Stage) -> Did:
    email, guest = stage.known["guest"][0], stage.known["guest_id"]
    body = {"token": letter_token(stage, email, "password"), "password": stage.fresh("reset")}
    with stage.visitor() as visitor:
        answer = visitor.call("PUT", "/v1/password-resets", json=body)
    return stage.did(answer, actor=("user", guest), target=("user", guest))


def _change_member(stage: Stage) -> Did:
    guest, brand = stage.known["guest_id"], stage.known["brand"]
    body = {"grants": [{"role": "analyst", "brand_ids": [brand]}]}
    answer = stage.owner.call("PATCH", f"/v1/members/{guest}", json=body)
    told = {
        "grants_before": [{"role": "viewer", "brand_ids": None}],
        "grants": [{"role": "analyst", "brand_ids": [brand]}],
    }
    brands = frozenset({brand})
    return stage.did(answer, target=("user", guest), brands=brands, details=told)


def on_guest(method: str, path: str = "") -> Perform:
    def perform(stage: Stage) -> Did:
        guest = stage.known["guest_id"]
        answer = stage.owner.call(method, f"/v1/members/{guest}{path}")
        return stage.did(answer, target=("user", guest))

    return perform


def _view_as(stage: Stage) -> Did:
    """An admin, who then looks as an analyst does."""
    boss = stage.known["boss"] = stage.person("admin", "admin")
    viewed = stage.known["viewed"] = id_of(stage.person("analyst"))
    body = {"user_id": viewed, "reason": "A question about their numbers"}
    answer = boss.call("POST", "/v1/session/view-as", json=body)
    stage.secret |= set(boss.http.cookies.values())
    told = {"reason": "A question about their numbers"}
    return stage.did(answer, actor=("user", id_of(boss)), target=("user", viewed), details=told)


def _stop(stage: Stage) -> Did:
    boss = stage.known["boss"]
    view = boss.api("GET", "/v1/session")
    boss.session["csrf_token"] = view["csrf_token"]
    answer = boss.call("DELETE", "/v1/session/view-as")
    stage.secret |= set(boss.http.cookies.values())
    viewed = stage.known["viewed"]
    return stage.did(answer, actor=("user", viewed), impersonator=id_of(boss))


def _sign_up(stage: Stage) -> Did:
    """A new address belongs to no organization yet; an attempt at the owner's is told in their log."""
    email, password = f"pat@own-{DOMAIN}", stage.fresh("sign-up")
    stage.known["pat"] = (email, password)
    body = {"email": email, "password": password, "name": "Pat", "organization_name": "Pat's"}
    with stage.visitor() as visitor:
        stage.did(visitor.call("POST", "/v1/users", json=body))
        stage.did(visitor.call("POST", "/v1/users", json={**body, "email": OWNER[0]}))
    return Did("", ANYBODY, stage.owner, target=("user", stage.me))


def _verify(stage: Stage) -> Did:
    email, password = stage.known["pat"]
    with stage.visitor() as visitor:
        body = {"token": letter_token(stage, email), "password": password}
        answer = visitor.call("POST", "/v1/users/verification", json=body)
    pat = stage.known["pat_session"] = stage.sign_in(email, password)
    return stage.did(answer, actor=("user", id_of(pat)), log=pat)


def _choose(stage: Stage) -> Did:
    """Pat, invited here as well, comes over."""
    email, password = stage.known["pat"]
    body = {"email": email, "grants": [{"role": "viewer"}]}
    link = stage.owner.api("POST", "/v1/invitations", json=body)["link"]
    pat: Agency = stage.known["pat_session"]
    pat.api("POST", "/v1/invitations/acceptances", json={"token": token_in(link)})
    mine = stage.owner.session["organization"]["id"]
    with stage.sign_in(email, password) as again:
        answer = again.call("PUT", "/v1/session/organization", json={"organization_id": mine})
        stage.secret |= set(again.http.cookies.values())
    return stage.did(answer, actor=("user", id_of(pat)), log=pat)


def _hand_over(stage: Stage) -> Did:
    heir = stage.known["viewed"]
    body = {"user_id": heir, "password": OWNER[1]}
    answer = stage.owner.call("PUT", "/v1/organization/owner", json=body)
    told = {"owner": heir, "owner_before": stage.me}
    return stage.did(answer, target=("user", heir), details=told)


def _sign_out(stage: Stage) -> Did:
    person: Agency = stage.known["boss"]
    return stage.did(person.call("DELETE", "/v1/session"), actor=("user", id_of(person)))


OF_PEOPLE: dict[str, Perform] = {
    "addRole": _add_role,
    "putRole": _put_role,
    "removeRole": _remove_role,
    "addInvitation": _add_invitation,
    "resendInvitation": _resend,
    "acceptInvitation": _accept,
    "revokeInvitation": _revoke_invitation,
    "signIn": _sign_in,
    "updateUser": by_guest("PATCH", "/v1/user", lambda _stage: {"name": "Guest of honour"}),
    "changePassword": by_guest("PUT", "/v1/user/password", _new_password),
    "askEmailChange": by_guest("POST", "/v1/user/email", _new_email),
    "confirmEmailChange": _confirm_email,
    "beginSecondFactor": _begin,
    "confirmSecondFactor": _confirm,
    "renewRecoveryCodes": _renew,
    "finishSignIn": _finish,
    "endOneSession": _end_one,
    "endOtherSessions": by_guest("DELETE", "/v1/sessions"),
    "removeSecondFactor": by_guest("POST", "/v1/user/second-factor/removal", _proof),
    "askPasswordReset": _ask_reset,
    "redeemPasswordReset": _redeem_reset,
    "changeMember": _change_member,
    "endMemberSessions": on_guest("DELETE", "/sessions"),
    "deleteMember": on_guest("DELETE"),
    "viewAs": _view_as,
    "stopViewing": _stop,
    "signOut": _sign_out,
    "signUp": _sign_up,
    "verifyEmail": _verify,
    "chooseOrganization": _choose,
    "handOver": _hand_over,
}
