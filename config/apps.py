from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin.PortfolioAdminSite"


class CompositionConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Tasks are sent by pages, commands and sockets alike: each needs to know the queue.
        from config import celery  # noqa: F401
