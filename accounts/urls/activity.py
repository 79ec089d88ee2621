"""Who saw my data, and my devices."""

from django.urls import path

from accounts.views import activity as views

urlpatterns = [
    path("", views.activity, name="activity"),
    path("perangkat/keluarkan/", views.sessions_end, name="sessions_end"),
    path("perangkat/<slug:mark>/keluarkan/", views.session_end, name="session_end"),
]
