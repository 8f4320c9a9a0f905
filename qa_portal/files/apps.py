from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "qa_portal.files"
    label = "files"
