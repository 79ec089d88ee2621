"""My rights over my data."""

from django.urls import path

from accounts.views import privacy as views

urlpatterns = [
    path("", views.rights, name="privacy"),
    path("pemberitahuan/", views.notice, name="privacy_notice"),
    path("pemberitahuan/<slug:version>/", views.notice, name="privacy_notice_version"),
    path("data/", views.data, name="privacy_data"),
    path("unduh/", views.download, name="privacy_download"),
    path("perbaiki/", views.correct, name="privacy_correct"),
    path("perbaiki/nama/", views.correct_name, name="privacy_correct_name"),
    path("persetujuan/", views.consent_page, name="privacy_consent"),
    path("persetujuan/email/", views.choose_news, name="privacy_news"),
    path("persetujuan/cabut/", views.withdraw, name="privacy_withdraw"),
    path("hapus/", views.delete, name="privacy_delete"),
    path("hapus/pastikan/", views.delete_sure, name="privacy_delete_sure"),
    path("hapus/batal/", views.keep, name="privacy_keep"),
    path("batal-hapus/<uuid:cancel_key>/", views.deletion_cancel, name="deletion_cancel"),
]
