"""The map of the site."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import not_me as not_me_views
from balances.views import check as check_views
from balances.views import projection as projection_views
from balances.views import statement as statement_views
from balances.views import timeline as timeline_views
from jht_portal import health, phone, views
from jht_portal.help import views as help_views

urlpatterns = [
    path("", views.home, name="home"),
    path("bahasa/", views.set_language, name="set_language"),
    path("akun/", include("accounts.urls.sign_in")),
    path("kartu/sms/", include("sms.member_urls")),
    path("sms/", include("sms.urls")),
    path("kartu/riwayat/", timeline_views.timeline, name="timeline"),
    path("kartu/riwayat/potongan/", timeline_views.fragment, name="timeline_fragment"),
    path("kartu/", include("accounts.urls.cards")),
    path("pemberitahuan/", include("accounts.urls.notices")),
    path("akun/", include("accounts.urls.recovery")),
    path("bukan-saya/<str:token>/", not_me_views.button, name="not_me"),
    path("p", views.privacy_short, name="privacy_short"),
    path("privasi/", include("accounts.urls.privacy")),
    path("aktivitas/", include("accounts.urls.activity")),
    path("saldo/", include("balances.urls")),
    path("proyeksi/", projection_views.choose_projection, name="projection_choose"),
    path("rincian/", statement_views.choose, name="statement_choose"),
    path("periksa/", check_views.check, name="document_check"),
    path("periksa/<str:code>/", check_views.check, name="document_check_code"),
    path("admin/", admin.site.urls),
    path("bantuan/", help_views.index, name="help"),
    path("bantuan/istilah/", help_views.terms, name="help_terms"),
    path("bantuan/<slug:slug>/", help_views.topic, name="help_topic"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("luring/", phone.offline, name="offline"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
handler400 = "jht_portal.views.bad_request"
handler403 = "jht_portal.views.forbidden"
handler404 = "jht_portal.views.not_found"
handler500 = "jht_portal.views.server_error"
