from django.apps import AppConfig


class ScenemarketConfig(AppConfig):
    name = "scenemarket"
