"""`python -m amc_runner` runs the service."""

from shared.run import serve

from .main import create_app
from .settings import Settings

if __name__ == "__main__":
    serve(Settings, create_app)
