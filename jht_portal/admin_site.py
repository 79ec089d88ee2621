"""The admin site: Django's own, entered through allauth and only with a second factor proved in this session.

Closed by default: only models of our own rooms are registered, so nobody edits groups, verified addresses,
authenticators or sessions by hand (each is a way to take an account over).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

ROOMS = ("accounts", "balances", "sms")
# allauth owns passwords; the other two take a person's typed text in a URL or lead out of the site.
UNUSED = {"password_change", "password_change_done", "autocomplete", "view_on_site"}


class PortalAdminSite(admin.AdminSite):
    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = _("Ruang petugas")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple)) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in ROOMS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and proved_second_factor(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        return _on_its_own_host(super().admin_view(view, cacheable))

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Visitors to allauth, members nowhere, staff to the second factor; nobody gets a password form here."""
        _refuse_other_hosts(request)
        next_page = _safe_next(request)
        if self.has_permission(request):
            return HttpResponseRedirect(next_page)
        if not request.user.is_authenticated:
            return redirect_to_login(next_page, reverse("account_login"))
        if not super().has_permission(request):
            raise Http404
        context = {**self.each_context(request), "title": _("Langkah kedua diperlukan"), "next_page": next_page}
        return render(
            request, "admin/second_factor.html", context | {"enrolled": has_second_factor(request)}, status=403
        )

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def get_urls(self) -> list[Any]:
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in UNUSED]


def proved_second_factor(request: HttpRequest) -> bool:
    """An authenticator app or passkey that still exists was used in this very session; a recovery code is not one."""
    known: bool | None = getattr(request, "_proved_second_factor", None)
    if known is None:
        records = get_authentication_records(request, request.user)
        used = [record.get("id") for record in records if record.get("method") == "mfa"]
        known = bool(used) and _second_factors(request).filter(pk__in=used).exists()
        request._proved_second_factor = known  # type: ignore[attr-defined]
    return known


def has_second_factor(request: HttpRequest) -> bool:
    return bool(_second_factors(request).exists())


def _second_factors(request: HttpRequest) -> Any:
    from allauth.mfa.models import Authenticator

    strong = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=request.user, type__in=strong)


def _on_its_own_host(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _refuse_other_hosts(request)
        return view(request, *args, **kwargs)

    return guarded


def _refuse_other_hosts(request: HttpRequest) -> None:
    if settings.ADMIN_HOST and request.get_host().split(":")[0] != settings.ADMIN_HOST:
        raise Http404


def _safe_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=settings.HTTPS
    ) and not wanted.startswith(reverse("admin:login"))
    return wanted if safe else reverse("admin:index")
