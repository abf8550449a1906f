"""The letter that invites."""

from datetime import datetime

from auth.mail.service import Letter

from .domain import Invitation


def invitation_letter(invitation: Invitation, organization_name: str, link: str) -> Letter:
    """Who asks whom into what, until when, and the way in."""
    inviter = invitation.inviter_name or invitation.inviter_email
    return Letter(
        to=invitation.email,
        subject=f"{inviter} invites you to {organization_name} on Leadline",
        text=(
            f"{inviter} ({invitation.inviter_email}) invites you to join {organization_name} on "
            f"Leadline as {_roles(invitation)}.\n\n"
            f"Open this link to accept:\n{link}\n\n"
            f"It works once, for {invitation.email} only, until {_day(invitation.expires_at)}.\n"
            "If you do not know why you were invited, ignore this letter: nothing happens then.\n"
        ),
        kind="invitation",
    )


def _roles(invitation: Invitation) -> str:
    names = [each.name for each in invitation.assignments]
    return " and ".join(dict.fromkeys(names))


def _day(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC"
