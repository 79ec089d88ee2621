"""Deterministic chance: numbers drawn from a card's number and a label, the same on every machine and run."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A row of numbers that depends on nothing but the words given."""

    def __init__(self, *words: str | int) -> None:
        self._seed = "|".join(map(str, words)).encode()
        self._bytes = blake2b(self._seed).digest()
        self._at = 0

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        if self._at + 4 > len(self._bytes):
            self._bytes = blake2b(self._seed, key=self._bytes).digest()
            self._at = 0
        value = int.from_bytes(self._bytes[self._at : self._at + 4])
        self._at += 4
        return value % limit

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def percent(self, chance: int) -> bool:
        return self.below(100) < chance
