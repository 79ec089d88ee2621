"""The staff's door to members: look up, read masked, act. Every look and every act writes its audit row."""

from accounts.admin import cards, corrections, links, members, recovery, trail

__all__ = ["cards", "corrections", "links", "members", "recovery", "trail"]
