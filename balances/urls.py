"""The balance pages."""

from django.urls import path

from balances.issuing import CONTENT_TYPES
from balances.views import balances as views
from balances.views import documents as document_views
from balances.views import projection as projection_views
from balances.views import statement as statement_views

urlpatterns = [
    path("", views.balances, name="balances"),
    path("<uuid:card_id>/", views.balance, name="balance"),
    path("<uuid:card_id>/potongan/", views.fragment, name="balance_fragment"),
    path("<uuid:card_id>/perbarui/", views.refresh, name="balance_refresh"),
    path("<uuid:card_id>/proyeksi/", projection_views.project, name="projection"),
    path("<uuid:card_id>/kapan-bisa-diambil/", projection_views.when, name="claim_when"),
    path("<uuid:card_id>/rincian/", statement_views.statement, name="statement"),
    path("<uuid:card_id>/rincian/potongan/", statement_views.fragment, name="statement_fragment"),
    *(
        path(f"<uuid:card_id>/rincian.{form}", document_views.statement_file, {"form": form}, name=f"statement_{form}")
        for form in CONTENT_TYPES
    ),
]
