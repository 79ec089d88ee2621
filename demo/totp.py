"""`./portal totp EMAIL`: the present code of a demo person's authenticator."""

from demo import manage


def main(arguments: list[str]) -> int:
    return manage.main(["demo_totp", *arguments])
