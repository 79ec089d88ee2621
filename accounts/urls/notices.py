"""Notices."""

from django.urls import path

from accounts.views import notices as notice_views

urlpatterns = [
    path("", notice_views.notice_list, name="notices"),
    path("pilihan/", notice_views.choices, name="notice_choices"),
    path("berhenti/<str:token>/", notice_views.stop, name="notice_stop"),
]
