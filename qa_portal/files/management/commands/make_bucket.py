"""`python manage.py make_bucket`: the bucket of S3_BUCKET, private, if it is not there yet."""

from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Make the bucket for stored files if it is missing; does nothing where files lie in a folder."

    def handle(self, *args: Any, **options: Any) -> None:
        storage: Any = default_storage
        if isinstance(storage, FileSystemStorage):
            self.stdout.write("Files lie in a folder; no bucket is needed.")
            return
        from botocore.exceptions import BotoCoreError, ClientError

        name, client = storage.bucket_name, storage.connection.meta.client
        try:
            if name in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
                self.stdout.write(f"Bucket {name} is there.")
                return
            client.create_bucket(Bucket=name)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"the storage refuses ({error}); check S3_ENDPOINT_URL and the keys.") from error
        self.stdout.write(f"Bucket {name} made.")
