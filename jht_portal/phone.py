"""The portal on a phone's home screen: manifest, service worker, and the page shown without a connection.

Nothing here knows who asks: no session is read, and what a browser keeps of it is the same for everybody.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

PAPER = "#f6f4ef"  # --paper of site.css, so that the frame and the page are one
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable"))
SHELL = ("css/site.css", "js/site.js", "js/amounts.js", "js/poll.js", "icon.svg", "favicon.ico")


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Browsers fetch it without cookies, so the page that names it says in which language (`?bahasa=`)."""
    wanted = request.GET.get("bahasa", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        text = json.dumps(_manifest(language), ensure_ascii=False)
    return HttpResponse(text, content_type="application/manifest+json; charset=utf-8")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The same bytes for everybody; its store is named after its contents, so a new release makes a new one."""
    files = [static(name) for name in SHELL]
    page = reverse("offline")
    version = hashlib.sha256("\n".join([*files, _offline_page()]).encode()).hexdigest()[:12]
    told = {"store": f"static-{version}", "files": files, "offline": page, "prefix": settings.STATIC_URL}
    script = render_to_string("phone/sw.js", {"told": json.dumps(told)})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_offline_page())


def _offline_page() -> str:
    """Made without the request: it cannot show anything of a person. Both languages, since one copy is kept."""
    context = {"site_name": settings.SITE_NAME, "languages": settings.LANGUAGES}
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("phone/offline.html", context)


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": str(settings.SITE_DESCRIPTION),
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "categories": ["finance", "government"],
        "icons": [
            {"src": static(f"icons/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("Cek Saldo JHT"), "url": reverse("balances")},
            {"name": _("Kartu saya"), "url": reverse("card_list")},
        ],
    }
