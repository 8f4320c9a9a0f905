"""All addresses of the portal."""

from django.urls import include, path

from qa_portal.accounts.admin import site as admin_site
from qa_portal.core.health import healthz, readyz
from qa_portal.core.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("", include("qa_portal.home.urls")),
    path("accounts/", include("qa_portal.accounts.urls")),
    path("admin/", admin_site.urls),
    path("jobs/", include("qa_portal.jobs.urls")),
    path("files/", include("qa_portal.files.urls")),
    path("notices/", include("qa_portal.notices.urls")),
    path("outbox/", include("qa_portal.outbox.urls")),
    path("audit/", include("qa_portal.audit.urls")),
    path("organisations/", include("qa_portal.organisations.urls")),
    path("recommending/", include("submissions.recommending.urls")),
    path("checking/", include("submissions.checking.urls")),
    path("setup/", include("submissions.setup.urls")),
    path("applications/", include("submissions.urls")),
    path("years/", include("reports.urls")),
    path("years/", include("reviews.urls")),
    path("years/", include("reviews.deciding.urls")),
    path("", include("reviews.publicity.urls")),
    path("", include("reviews.pool.urls")),
    path("", include("reviews.drawing.urls")),
    path("reviewing/", include("reviews.scoring.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "qa_portal.home.views.frame.bad_request"
handler500 = "qa_portal.home.views.frame.server_error"
