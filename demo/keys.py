"""`./portal keys`: fresh keys for an installation, on the terminal or as files (0600) for `NAME_FILE`."""

import argparse
import sys
from pathlib import Path

from demo.embedded import ServiceError
from demo.environment import KeyPair, Secrets, field_keys, index_key, key_pair, secret_key

_LOST = """\
# What is lost with each:
# SECRET_KEY            everybody is signed out and open codes end; nothing else. Rotate with SECRET_KEY_FALLBACKS.
# FIELD_KEYS            card numbers, phones, birth dates and authenticators cannot be read again, by anybody.
# INDEX_KEY             a card, email or phone is no longer found by its number; members would have to link again.
# PROVIDER_PRIVATE_KEY  no balance can be fetched until the upstream has accepted a new public key.
# FIELD_KEYS can be rotated: the new one in front, restart, `manage.py reseal`, and the old one may go.
# Keep a copy of FIELD_KEYS and INDEX_KEY away from the database and its backups."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./portal keys", description=__doc__)
    parser.add_argument("--directory", type=Path, help="write one file each instead of printing; overwrites nothing")
    directory: Path | None = parser.parse_args(arguments).directory
    pair = key_pair(bits=3072)
    values = {"SECRET_KEY": secret_key(), "FIELD_KEYS": field_keys(), "INDEX_KEY": index_key()}
    if directory:
        _write(directory, values, pair)
    else:
        _print(values, pair)
    return 0


def _write(directory: Path, values: dict[str, str], pair: KeyPair) -> None:
    files = {name.lower(): value for name, value in values.items()}
    files |= {"provider_private_key.pem": pair.private, "provider_public_key.pem": pair.public}
    if there := [name for name in files if (directory / name).exists()]:
        raise ServiceError(f"{directory / there[0]} is there already; a key is never overwritten.")
    kept = Secrets(directory)
    for name, value in files.items():
        print(kept.write(name, value))
    print(f"{_LOST}\n# Send provider_public_key.pem to the upstream.", file=sys.stderr)


def _print(values: dict[str, str], pair: KeyPair) -> None:
    print(_LOST)
    for name, value in values.items():
        print(f"{name}={value}")
    print(f"# PROVIDER_PRIVATE_KEY: into a file that PROVIDER_PRIVATE_KEY_FILE names\n{pair.private.strip()}")
    print(f"# Its public half, for the upstream\n{pair.public.strip()}")
