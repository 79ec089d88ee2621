"""The balance pages."""

from django.urls import path

from balances import views

urlpatterns = [
    path("", views.balances, name="balances"),
    path("<uuid:card_id>/", views.balance, name="balance"),
    path("<uuid:card_id>/potongan/", views.fragment, name="balance_fragment"),
    path("<uuid:card_id>/perbarui/", views.refresh, name="balance_refresh"),
]
