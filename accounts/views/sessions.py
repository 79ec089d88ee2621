"""How long the session still lasts, and the one button that keeps it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts import session_limits


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """GET tells; POST keeps the session, within its absolute limit. A script is told in JSON, a form goes back."""
    if request.method == "POST":
        session_limits.use(request.session, at_once=True)
        if "next" in request.POST:
            return HttpResponseRedirect(_back(request))
    left = session_limits.left(request.session, request.user)
    return JsonResponse({"seconds": left.seconds, "can_extend": left.can_extend})


def _back(request: HttpRequest) -> str:
    back = request.POST["next"]
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    return back if safe else "/"
