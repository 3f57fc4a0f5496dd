"""The connection to the embedded database."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Tell whether the connection still stands: asked at every request.

        A server of this machine that stops or is killed closes its socket, which then has something to read: its end. While there is
        nothing, a query that only asks would cost as much as the one it goes before.
        """
        return (not self.errors_occurred and self._is_silent()) or super().is_usable()

    def _is_silent(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        watch = select.poll()
        watch.register(self.connection.fileno(), select.POLLIN)
        return not watch.poll(0)
