"""What staff read in place of an identifier."""

from accounts.models import User


def email(address: str | None) -> str:
    """First letter and domain: enough to compare with what somebody says on the phone."""
    if not address:
        return "–"
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


def kpj(last_four: str) -> str:
    return f"•••• {last_four}"


def person(user: User) -> str:
    return named(user.name, user.email)


def named(name: str, address: str | None) -> str:
    return name or email(address)
