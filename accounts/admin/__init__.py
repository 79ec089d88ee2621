"""The staff's door to members: look up, read masked, act. Every look and every act writes its audit row."""

from accounts.admin import cards, links, members, trail

__all__ = ["cards", "links", "members", "trail"]
