"""`python -m reporting`."""

from shared.run import serve

from .main import create_app
from .settings import Settings

serve(Settings, create_app)
