"""My cards."""

from django.urls import path

from accounts.views import cards as views
from accounts.views import locks as lock_views

urlpatterns = [
    path("", views.card_list, name="card_list"),
    path("tambah/", views.card_add, name="card_add"),
    path("permintaan/<uuid:public_id>/", views.link_progress, name="link_progress"),
    path("permintaan/<uuid:public_id>/potongan/", views.link_fragment, name="link_fragment"),
    path("permintaan/<uuid:public_id>/kode/", views.link_code, name="link_code"),
    path("permintaan/<uuid:public_id>/kirim-ulang/", views.link_resend, name="link_resend"),
    path("permintaan/<uuid:public_id>/batal/", views.link_cancel, name="link_cancel"),
    path("permintaan/<uuid:public_id>/petugas/", views.link_staff, name="link_staff"),
    path("tawaran/semua/", views.offers_link_all, name="offers_link_all"),
    path("tawaran/<uuid:public_id>/", views.offer_link, name="offer_link"),
    path("<uuid:public_id>/lepas/", views.card_unlink, name="card_unlink"),
    path("<uuid:public_id>/kunci/", lock_views.card_lock, name="card_lock"),
    path("<uuid:public_id>/buka/", lock_views.card_open, name="card_open"),
    path("<uuid:public_id>/tetap-terkunci/", lock_views.card_keep, name="card_keep"),
]
