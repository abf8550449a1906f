"""An HTTP protocol for uvicorn that lets the application close its own connection."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class ClosableProtocol(HttpToolsProtocol):
    """Puts the transport's close into the scope's extensions as `sandbox.close`."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.close": self.transport.close}  # type: ignore[typeddict-unknown-key]
