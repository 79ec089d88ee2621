"""The page behind the links of our notices: one button, no login. Opening it does nothing; scanners of mail may."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import audit, wording
from accounts.services import not_me


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def button(request: HttpRequest, token: str) -> HttpResponse:
    purpose = not_me.purpose_of(token)
    if purpose is None:
        return render(request, "recovery/not_me_over.html", status=404)
    done = request.method == "POST" and not_me.press(token=token, source=audit.from_request(request))
    context = {"told": wording.NOT_ME[purpose], "done": done}
    return render(request, "recovery/not_me.html", context)
