"""Addresses of the bureau's work on a year."""

from django.urls import path

from reports.views import applications, circular, imports, overview, statistics

app_name = "reports"
urlpatterns = [
    path("import/", imports.import_year, name="import"),
    path("applications/<str:number>/", applications.application_detail, name="application"),
    path("<int:year>/", overview.overview, name="overview"),
    path("<int:year>/applications/", applications.application_list, name="applications"),
    path("<int:year>/applications.<str:ending>", applications.application_export, name="applications_export"),
    path("<int:year>/statistics/", statistics.statistics, name="statistics"),
    path("<int:year>/statistics.json", statistics.statistics_json, name="statistics_json"),
    path("<int:year>/circular/", circular.circular, name="circular"),
    path("<int:year>/circular/export/", circular.circular_export, name="circular_export"),
    path("<int:year>/circular/settings/", circular.circular_settings, name="circular_settings"),
    path("<int:year>/circular/texts/", circular.circular_texts, name="circular_texts"),
]
