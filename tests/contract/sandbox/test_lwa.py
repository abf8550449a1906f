"""Login with Amazon: the consent page, codes, tokens, and every error body."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from infra.amazon_client import ADS_SCOPE, CALLBACK, CLIENT_ID, SECRET, Amazon

BAD_CODE = (
    b'{"error_description":"The request has an invalid grant parameter : code",'
    b'"error":"invalid_grant"}'
)
REVOKED = (
    b'{"error_description":"The request has an invalid grant parameter : refresh_token. '
    b'User may have revoked or didn\'t grant the permission.","error":"invalid_grant"}'
)


def _query(location: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(location).query)


@pytest.mark.parametrize("region", ["na", "eu", "fe"])
async def test_consent_page_names_its_users_and_keeps_the_request(
    amazon: Amazon, region: str
) -> None:
    query = {
        "client_id": CLIENT_ID, "scope": ADS_SCOPE, "response_type": "code",
        "redirect_uri": CALLBACK, "state": 'a"><script>',
    }  # fmt: skip
    page = await amazon.http.get(f"/{region}/ap/oa", params=query)
    assert page.status_code == 200
    assert "Morgan Vale" in page.text
    assert "Sam Okafor" in page.text
    assert "<script>" not in page.text
    assert 'value="a&quot;&gt;&lt;script&gt;"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_allow_redirects_with_code_scope_and_state(amazon: Amazon) -> None:
    answer = await amazon.consent(state="x/&=y")
    assert answer.status_code == 302
    (code, value), scope, state = _query(answer.headers["location"])
    assert code == "code"
    assert value.startswith("AN")
    assert len(value) == 20
    assert scope == ("scope", ADS_SCOPE)
    assert state == ("state", "x/&=y")
    assert "scope=advertising%3A%3Acampaign_management" in answer.headers["location"]


async def test_cancel_redirects_with_access_denied(amazon: Amazon) -> None:
    answer = await amazon.consent(decision="cancel")
    found = dict(_query(answer.headers["location"]))
    assert found["error"] == "access_denied"
    assert found["state"] == "s-1"
    assert "code" not in found


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "amzn1.application-oa2-client.other"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
    ],
)
async def test_untrusted_requests_get_an_error_page_and_no_redirect(
    amazon: Amazon, changes: dict[str, str]
) -> None:
    answer = await amazon.consent(**changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "We're sorry!" in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "no::such"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "S512"}, "invalid_request"),
    ],
)
async def test_wrong_requests_are_told_by_redirect(
    amazon: Amazon, changes: dict[str, str], error: str
) -> None:
    answer = await amazon.consent(**changes)
    found = dict(_query(answer.headers["location"]))
    assert (found["error"], found["state"]) == (error, "s-1")


async def test_an_unknown_user_is_asked_again(amazon: Amazon) -> None:
    answer = await amazon.consent(user="mallory")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_a_code_of_one_region_is_redeemed_in_another(amazon: Amazon) -> None:
    answer = await amazon.redeem(await amazon.code(region="na"), region="eu")
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["access_token", "refresh_token", "token_type", "expires_in"]
    assert body["access_token"].startswith("Atza|IwEBI")
    assert body["refresh_token"].startswith("Atzr|IwEBI")
    assert 300 < len(body["access_token"]) <= 2048
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["x-amzn-requestid"]


async def test_a_code_works_once(amazon: Amazon) -> None:
    code = await amazon.code()
    assert (await amazon.redeem(code)).status_code == 200
    again = await amazon.redeem(code)
    assert again.status_code == 400
    assert again.content == BAD_CODE
    assert len(again.content) == 97
    assert again.headers["x-amzn-errortype"].startswith("OA2InvalidGrantException:")


async def test_a_code_dies_after_five_minutes(amazon: Amazon) -> None:
    young, old = await amazon.code(), await amazon.code()
    await amazon.advance(299)
    assert (await amazon.redeem(young)).status_code == 200
    await amazon.advance(1)
    assert (await amazon.redeem(old)).content == BAD_CODE


async def test_a_code_is_bound_to_its_redirect_uri(amazon: Amazon) -> None:
    answer = await amazon.redeem(await amazon.code(), redirect_uri=CALLBACK + "/other")
    assert answer.content == BAD_CODE


@pytest.mark.parametrize("method", ["S256", "plain", ""])
async def test_pkce_needs_the_verifier_of_the_challenge(amazon: Amazon, method: str) -> None:
    verifier = "v" * 43
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    challenge = digest.decode().rstrip("=") if method == "S256" else verifier
    asked = {"code_challenge": challenge, "code_challenge_method": method}
    good = await amazon.redeem(await amazon.code(**asked), code_verifier=verifier)
    assert good.status_code == 200
    for wrong in ("w" * 43, ""):
        bad = await amazon.redeem(await amazon.code(**asked), code_verifier=wrong)
        assert (bad.status_code, bad.json()["error"]) == (400, "invalid_grant")


async def test_refresh_returns_the_same_refresh_token_and_a_new_access_token(
    amazon: Amazon,
) -> None:
    first = await amazon.grant()
    token = first["refresh_token"]
    second = (await amazon.token(grant_type="refresh_token", refresh_token=token)).json()
    assert second["refresh_token"] == token
    assert second["access_token"] != first["access_token"]


async def test_client_credentials_may_come_by_basic_or_in_json(amazon: Amazon) -> None:
    token = (await amazon.grant())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
    by_basic = await amazon.http.post(
        "/na/auth/o2/token", data=form, headers={"Authorization": f"Basic {basic}"}
    )
    by_json = await amazon.http.post(
        "/na/auth/o2/token", json=form | {"client_id": CLIENT_ID, "client_secret": SECRET}
    )
    assert (by_basic.status_code, by_json.status_code) == (200, 200)


async def test_json_labelled_as_a_form_is_an_unsupported_grant_type(amazon: Amazon) -> None:
    answer = await amazon.http.post(
        "/na/auth/o2/token",
        content=b'{"grant_type":"refresh_token"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400
    assert answer.json() == {
        "error_description": (
            "The authorization grant type is not supported by the authorization server"
        ),
        "error": "unsupported_grant_type",
    }


@pytest.mark.parametrize(
    ("fields", "status", "error", "text"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "Client authentication failed"),
        ({"client_id": "other"}, 401, "invalid_client", "Client authentication failed"),
        ({"client_id": ""}, 400, "invalid_request",
         "The request is missing a required parameter : client_id"),
        ({"refresh_token": ""}, 400, "invalid_request",
         "The request is missing a required parameter : refresh_token"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type",
         "The authorization grant type is not supported by the authorization server"),
    ],
)  # fmt: skip
async def test_token_errors_have_amazons_bodies(
    amazon: Amazon, fields: dict[str, str], status: int, error: str, text: str
) -> None:
    token = (await amazon.grant())["refresh_token"]
    form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": token} | fields
    answer = await amazon.token(**form)
    assert answer.status_code == status
    assert answer.json() == {"error_description": text, "error": error}


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", b"[1]", b"grant_type"])
async def test_unreadable_bodies_are_refused_without_a_crash(amazon: Amazon, body: bytes) -> None:
    for media in ("application/json", "application/x-www-form-urlencoded"):
        answer = await amazon.http.post(
            "/na/auth/o2/token", content=body, headers={"Content-Type": media}
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_broken_and_foreign_refresh_tokens_are_refused(amazon: Amazon) -> None:
    grant = await amazon.grant()
    token: str = grant["refresh_token"]
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (flipped, "Atzr|", "Atzr|IwEBI", grant["access_token"], "ü" + token):
        answer = await amazon.token(grant_type="refresh_token", refresh_token=wrong)
        assert (answer.status_code, answer.content) == (400, REVOKED)


async def test_revocation_ends_refresh_but_leaves_access_tokens_and_later_consents(
    amazon: Amazon,
) -> None:
    old = await amazon.grant()
    await amazon.http.post("/_sandbox/users/morgan/revoke")
    refused = await amazon.token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert refused.content == REVOKED
    headers = {
        "Authorization": f"Bearer {old['access_token']}",
        "Amazon-Advertising-API-ClientId": CLIENT_ID,
    }
    assert (await amazon.http.get("/na/v2/profiles", headers=headers)).status_code == 200
    new = await amazon.grant()
    renewed = await amazon.token(grant_type="refresh_token", refresh_token=new["refresh_token"])
    assert renewed.status_code == 200


async def test_revocation_can_take_access_tokens_along(amazon: Amazon) -> None:
    headers = await amazon.headers()
    await amazon.http.post("/_sandbox/users/morgan/revoke", json={"access_tokens": True})
    answer = await amazon.http.get("/na/v2/profiles", headers=headers)
    assert answer.status_code == 401
    fresh = await amazon.http.get("/na/v2/profiles", headers=await amazon.headers())
    assert fresh.status_code == 200


async def _tokens(amazon: Amazon, scope: str = ADS_SCOPE) -> dict[str, Any]:
    return (await amazon.redeem(await amazon.code(scope=scope))).json()


async def _profile(amazon: Amazon, token: str, *, how: str = "bearer") -> Any:
    if how == "query":
        return await amazon.http.get("/na/user/profile", params={"access_token": token})
    headers = {"Authorization": f"Bearer {token}"} if how == "bearer" else {}
    if how == "header":
        headers = {"x-amz-access-token": token}
    return await amazon.http.get("/na/user/profile", headers=headers)


@pytest.mark.parametrize("how", ["bearer", "header", "query"])
async def test_the_profile_names_the_user_by_a_stable_id(amazon: Amazon, how: str) -> None:
    known = list[dict[str, str]]()
    for _ in range(2):
        tokens = await _tokens(amazon, f"{ADS_SCOPE} profile")
        answer = await _profile(amazon, tokens["access_token"], how=how)
        assert answer.status_code == 200
        known.append(answer.json())
    assert known[0] == known[1]
    assert known[0]["user_id"].startswith("amzn1.account.")
    assert set(known[0]) == {"user_id", "name", "email"}


async def test_the_scope_of_the_id_alone_gives_the_id_alone(amazon: Amazon) -> None:
    tokens = await _tokens(amazon, f"{ADS_SCOPE} profile:user_id")
    assert set((await _profile(amazon, tokens["access_token"])).json()) == {"user_id"}


async def test_without_the_scope_there_is_no_profile(amazon: Amazon) -> None:
    tokens = await _tokens(amazon)
    refused = await _profile(amazon, tokens["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "insufficient_scope")
    for broken in ("", "Atza|nonsense"):
        refused = await _profile(amazon, broken)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_token")


async def test_a_consent_ends_after_its_days(amazon: Amazon) -> None:
    tokens = await _tokens(amazon)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    await amazon.advance(365 * 86_400 - 60)
    assert (await amazon.token(**form)).status_code == 200
    await amazon.advance(60)
    assert (await amazon.token(**form)).content == REVOKED


async def _turn(amazon: Amazon, refresh_token: str) -> Any:
    return await amazon.token(grant_type="refresh_token", refresh_token=refresh_token)


async def test_refresh_tokens_rotate_only_when_told_to(amazon: Amazon) -> None:
    first = (await amazon.grant())["refresh_token"]
    assert (await _turn(amazon, first)).json()["refresh_token"] == first
    await amazon.http.put("/_sandbox/lwa", json={"rotate_refresh_tokens": "graceful"})
    second = (await _turn(amazon, first)).json()["refresh_token"]
    assert second != first


async def test_with_grace_the_old_token_dies_when_the_new_one_is_used(amazon: Amazon) -> None:
    await amazon.http.put("/_sandbox/lwa", json={"rotate_refresh_tokens": "graceful"})
    first = (await amazon.grant())["refresh_token"]
    second = (await _turn(amazon, first)).json()["refresh_token"]
    assert (await _turn(amazon, first)).json()["refresh_token"] == second
    assert (await _turn(amazon, second)).status_code == 200
    assert (await _turn(amazon, first)).content == REVOKED
    assert (await _turn(amazon, second)).status_code == 200


async def test_without_grace_the_old_token_dies_at_once(amazon: Amazon) -> None:
    await amazon.http.put("/_sandbox/lwa", json={"rotate_refresh_tokens": "strict"})
    first = (await amazon.grant())["refresh_token"]
    second = (await _turn(amazon, first)).json()["refresh_token"]
    assert (await _turn(amazon, first)).content == REVOKED
    assert (await _turn(amazon, second)).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"), [("invalid_client", 401), ("unauthorized_client", 400)]
)
async def test_the_application_is_refused_on_command(
    amazon: Amazon, error: str, status: int
) -> None:
    token = (await amazon.grant())["refresh_token"]
    await amazon.http.put("/_sandbox/lwa", json={"refuse_client": error})
    answer = await _turn(amazon, token)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    told = await amazon.http.put("/_sandbox/lwa", json={"refuse_client": ""})
    assert told.json() == {"rotate_refresh_tokens": "off", "refuse_client": ""}
    assert (await _turn(amazon, token)).status_code == 200
