"""Every page's address and its name. ``/api`` is the machine interface's and stands in ``tierline/urls.py``."""

from django.urls import path

from tierline.web import (
    account_page,
    case_page,
    case_verbs,
    files_page,
    hand_off_page,
    help_page,
    intake_page,
    outbox_page,
    plan_check_page,
    plan_versions_page,
    plans_page,
    queue_page,
    search_page,
    sign_in_page,
    what_if_page,
)

CASE = "cases/<int:number>/"

urlpatterns = [
    path("", queue_page.home, name="home"),
    path("sign-in/", sign_in_page.sign_in, name="sign-in"),
    path("sign-out/", sign_in_page.sign_out, name="sign-out"),
    path("queue/<slug:team>/", queue_page.queue_page, name="queue"),
    path("queue/<slug:team>/export.csv", queue_page.export, name="queue-export"),
    path("intake/", intake_page.intake, name="intake"),
    path("search/", search_page.search_page, name="search"),
    path(CASE, case_page.case_page, name="case"),
    path(CASE + "hand-off/", hand_off_page.hand_off, name="case-hand-off"),
    path(CASE + "move/", case_verbs.move, name="case-move"),
    path(CASE + "note/", case_verbs.note, name="case-note"),
    path(CASE + "word/", case_verbs.word, name="case-word"),
    path(CASE + "facts/", case_verbs.facts, name="case-facts"),
    path(CASE + "number/", case_verbs.number_elsewhere, name="case-number"),
    path(CASE + "files/", files_page.attach_file, name="case-attach"),
    path(CASE + "files/<int:file>/", files_page.attached_file, name="case-attachment"),
    path(CASE + "as-it-stood/", case_page.as_it_stood_page, name="case-as-it-stood"),
    path("help/", help_page.help_page, name="help"),
    path("outbox/", outbox_page.outbox, name="outbox"),
    path("outbox/export.csv", outbox_page.export, name="outbox-export"),
    path("outbox/<int:effect_id>/", outbox_page.outbox_effect, name="outbox-effect"),
    path("plans/", plans_page.plans, name="plans"),
    path("plans/check/", plan_check_page.plans_check, name="plans-check"),
    path("plans/what-if/", what_if_page.what_if, name="plans-what-if"),
    path("plans/versions/", plan_versions_page.plans_versions, name="plans-versions"),
    path("plans/publish/", plan_versions_page.plans_publish, name="plans-publish"),
    path("plans/<slug:plan>/", plans_page.plan, name="plan"),
    path("plans/<slug:plan>/file/", plans_page.plan_file, name="plan-file"),
    path("account/", account_page.account, name="account"),
    path("account/password/", account_page.account_password, name="account-password"),
    path("account/keys/", account_page.account_keys, name="account-keys"),
    path("account/keys/<int:token_id>/", account_page.account_key_revoke, name="account-key-revoke"),
]
