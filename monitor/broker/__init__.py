"""Redis: the connection to it, and the Valkey server we bring along when none is given.

connection.py   connect, connect_producer, ping
embedded.py     EmbeddedServer: one server per data directory
lock.py         the data directory belongs to one daemon
program.py      which server program to start
"""

from monitor.broker.connection import connect, connect_producer, ping
from monitor.broker.embedded import EmbeddedServer

__all__ = ["EmbeddedServer", "connect", "connect_producer", "ping"]
