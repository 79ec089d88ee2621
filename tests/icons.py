"""Draws the icons of the installable app from static/icon.svg: python -m tests.icons

The mark lies within the circle that phones may cut out, so a maskable icon only needs the corners filled.
"""

import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo.chromium import find_chromium

STATIC = Path(__file__).resolve().parent.parent / "static"
MARK = (STATIC / "icon.svg").read_text()
ICONS = {
    "icon-192": (192, MARK),
    "icon-512": (512, MARK),
    "maskable-512": (512, MARK.replace(' rx="8"', "")),
    "touch-180": (180, MARK.replace(' rx="8"', "")),
}


def draw(page: Page, name: str, size: int, svg: str) -> None:
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>{svg}")
    page.screenshot(path=STATIC / "icons" / f"{name}.png", omit_background=True)


def main() -> None:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=find_chromium(), args=arguments).new_page()
        for name, (size, svg) in ICONS.items():
            draw(page, name, size, svg)


if __name__ == "__main__":
    main()
