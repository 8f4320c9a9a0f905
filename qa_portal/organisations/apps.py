from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "qa_portal.organisations"
    label = "organisations"
