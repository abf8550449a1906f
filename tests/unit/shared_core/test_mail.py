"""Letters: one recipient, no header of a stranger's, links that lead where they say, TLS by default."""

import pytest
from shared.mail import Undelivered, html_of, recipient, sender, smtp_options


@pytest.mark.parametrize(
    "address",
    ["a@x.example\r\nBcc: b@x.example", "a@x.example,b@x.example", "a>b@x.example", "a@", "", "a b@x.example"],
)  # fmt: skip
def test_what_is_not_exactly_one_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Undelivered) as refused:
        recipient(address)
    assert refused.value.final


def test_html_escapes_words_and_quotes_links() -> None:
    html = html_of('Hello <script>,\nyou\n\nhttps://l.example/?a=1&b="x')
    assert "<p>Hello &lt;script&gt;,<br>you</p>" in html
    assert '<a href="https://l.example/?a=1&amp;b=">' in html


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtps://u:p%40ss@mail.example", 465, True, False),
        ("smtp://u:p%40ss@mail.example", 587, False, True),
        ("smtp://relay:25?tls=none", 25, False, False),
        ("smtp://127.0.0.1:8407", 8407, False, False),
    ],
)
def test_letters_travel_encrypted_unless_told_otherwise(
    url: str, port: int, tls: bool, starttls: bool
) -> None:
    options = smtp_options(url)
    assert (options["port"], options["use_tls"], options["start_tls"]) == (port, tls, starttls)
    assert options["password"] == ("p@ss" if "u:" in url else None)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP URL"):
        smtp_options(url)


@pytest.mark.parametrize("mail_from", ["", "Leadline", "Leadline <no>", "a@x.example, b@y.example"])
def test_a_sender_is_one_address(mail_from: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        sender(mail_from)
