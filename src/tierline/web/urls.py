"""Every page's address and its name. ``/api`` is the machine interface's and stands in ``tierline/urls.py``."""

from django.urls import path

from tierline.web import help_page, reserved, sign_in_page

CASE = "cases/<int:number>/"

urlpatterns = [
    path("", reserved.not_open_yet, name="home"),
    path("sign-in/", sign_in_page.sign_in, name="sign-in"),
    path("sign-out/", sign_in_page.sign_out, name="sign-out"),
    path("queue/<slug:team>/", reserved.not_open_yet, name="queue"),
    path("queue/<slug:team>/export.csv", reserved.not_open_yet, name="queue-export"),
    path("intake/", reserved.not_open_yet, name="intake"),
    path("search/", reserved.not_open_yet, name="search"),
    path(CASE, reserved.not_open_yet, name="case"),
    path(CASE + "hand-off/", reserved.not_open_yet, name="case-hand-off"),
    path(CASE + "move/", reserved.not_open_yet, name="case-move"),
    path(CASE + "note/", reserved.not_open_yet, name="case-note"),
    path(CASE + "word/", reserved.not_open_yet, name="case-word"),
    path(CASE + "facts/", reserved.not_open_yet, name="case-facts"),
    path(CASE + "number/", reserved.not_open_yet, name="case-number"),
    path(CASE + "files/", reserved.not_open_yet, name="case-attach"),
    path(CASE + "files/<int:file>/", reserved.not_open_yet, name="case-attachment"),
    path(CASE + "as-it-stood/", reserved.not_open_yet, name="case-as-it-stood"),
    path("help/", help_page.help_page, name="help"),
    # The pages of plans, outbox and account take these names over.
    path("outbox/", reserved.not_open_yet, name="outbox"),
    path("outbox/<int:effect>/", reserved.not_open_yet, name="outbox-effect"),
    path("plans/", reserved.not_open_yet, name="plans"),
    path("plans/check/", reserved.not_open_yet, name="plans-check"),
    path("plans/what-if/", reserved.not_open_yet, name="plans-what-if"),
    path("plans/versions/", reserved.not_open_yet, name="plans-versions"),
    path("plans/<slug:plan>/", reserved.not_open_yet, name="plan"),
    path("account/", reserved.not_open_yet, name="account"),
]
