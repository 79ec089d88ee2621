"""A member's own phone numbers, under /kartu/sms/."""

from django.urls import path

from sms import member_views

urlpatterns = [
    path("", member_views.numbers, name="sms_numbers"),
    path("<uuid:number_id>/konfirmasi/", member_views.confirm, name="sms_confirm"),
    path("<uuid:number_id>/matikan/", member_views.switch_off, name="sms_switch_off"),
    path("lanjut/<slug:secret>/", member_views.go_on, name="sms_go_on"),
]
