"""Redis: the connection to it, and the Valkey server we bring along when none is given.

connection.py   connect, connect_producer, ping, check_writable
embedded.py     EmbeddedServer: one server per data directory
lock.py         the data directory belongs to one daemon
program.py      which server program to start
queues.py       the two queues and the only jobs they carry
"""

from monitor.broker.connection import check_writable, connect, connect_producer, ping
from monitor.broker.embedded import EmbeddedServer, running_server

__all__ = ["EmbeddedServer", "check_writable", "connect", "connect_producer", "ping", "running_server"]
