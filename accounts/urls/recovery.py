"""The ways back into an account, and the lock on the whole of it."""

from django.urls import path

from accounts.views import locks as lock_views
from accounts.views import recovery as recovery_views

urlpatterns = [
    path("lupa-akun/", recovery_views.forgotten, name="recovery_forgotten"),
    path("lupa-akun/langkah/", recovery_views.progress, name="recovery_progress"),
    path("lupa-akun/kode/", recovery_views.code, name="recovery_code"),
    path("lupa-akun/email/", recovery_views.email, name="recovery_email"),
    path("alamat-baru/<str:token>/", recovery_views.address, name="recovery_address"),
    path("kunci/", lock_views.account_lock, name="account_lock"),
    path("kunci/buka/", lock_views.account_open, name="account_open"),
    path("kunci/tetap/", lock_views.account_keep, name="account_keep"),
]
