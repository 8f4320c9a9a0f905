from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "qa_portal.campaigns"
    label = "campaigns"
