"""The stylesheet and the templates themselves: contrast, weight, old phones, nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static/css/site.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MOST_BYTES = 5_000  # of the stylesheet over the wire


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#\w+)", block))


LIGHT, DARK = (tokens(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2])


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance, then the ratio of the two."""
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = (int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out(scheme: dict[str, str]) -> None:
    washes = [scheme[name] for name in ("good-wash", "warn-wash", "bad-wash", "brand-wash")]
    grounds = [scheme["paper"], scheme["sheet"], *washes]
    assert min(contrast(scheme["ink"], ground) for ground in grounds) >= 7
    assert min(contrast(scheme["soft"], scheme[ground]) for ground in ("paper", "sheet")) >= 7  # the dates
    for name in ("brand", "good", "warn", "bad"):
        assert min(contrast(scheme[name], scheme[ground]) for ground in ("paper", "sheet")) >= 4.5
    assert contrast(scheme["on-brand"], scheme["brand"]) >= 4.5
    for name in ("edge", "focus"):
        assert min(contrast(scheme[name], scheme[ground]) for ground in ("paper", "sheet")) >= 3


def test_one_light_stylesheet() -> None:
    assert len(brotli.compress(CSS.encode())) <= MOST_BYTES
    assert "url(" not in CSS
    assert "@import" not in CSS


@pytest.mark.parametrize("too_new", ["light-dark(", "color-mix(", ":is(", ":where(", ":has(", "inset:", "aspect-ratio",
                                     "margin-inline", "margin-block", "padding-inline", "padding-block"])  # fmt: skip
def test_an_old_phone_understands_the_stylesheet(too_new: str) -> None:
    assert too_new not in CSS
    assert not re.search(r"[^-]gap:", CSS), "flex has no gap before Chrome 84; margins do"


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    for path in TEMPLATES:
        if "admin" in path.parts:
            continue
        text = path.read_text()
        assert not re.search(r"""\s(style|on[a-z]+)=["']""", text), path.name
        assert not re.search(r"""(src|href)=["']https?:""", text), path.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag, path.name
        assert "<style" not in text, path.name
