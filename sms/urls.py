"""Addresses for gateways, under /sms/."""

from django.urls import path

from sms import views

urlpatterns = [
    path("masuk/<slug:gateway>/", views.inbound, name="sms_inbound"),
    path("laporan/<slug:gateway>/", views.reports, name="sms_reports"),
]
