"""What every help page must say: what it means, how long, what to do, whom to ask."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

Text = Promise | str


class Ask(StrEnum):
    """Who can really change something about it."""

    US = "us"
    BRANCH = "branch"
    EMPLOYER = "employer"


@dataclass(frozen=True, kw_only=True)
class Topic:
    slug: str
    title: Text
    meaning: Text
    how_long: Text
    to_do: tuple[Text, ...]
    ask: Ask
    page: str = ""  # name of the portal's page where it is done


@dataclass(frozen=True, kw_only=True)
class Group:
    """Topics of one kind of trouble."""

    slug: str
    title: Text
    topics: tuple[Topic, ...]
