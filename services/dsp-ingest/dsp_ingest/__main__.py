"""`python -m dsp_ingest` runs the service."""

from shared.run import serve

from .main import create_app
from .settings import Settings

if __name__ == "__main__":
    serve(Settings, create_app)
