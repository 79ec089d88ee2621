"""What a text tells: a short word counts where it stands alone, for a random id or token may hold any of them."""

import re


def tells(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None
