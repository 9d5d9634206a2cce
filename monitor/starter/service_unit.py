"""The unit with which systemd runs the daemon.

The daemon takes a changed configuration up by itself: a reload checks it, so that `systemctl reload` says what is wrong.
"""

from __future__ import annotations

from pathlib import Path

_UNIT = """\
[Unit]
Description=news-monitor: watches news feeds and tells of what matters
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
WatchdogSec=60
ExecStart={command} run --config {config}
ExecReload={command} check --config {config}
EnvironmentFile=-/etc/default/news-monitor
Restart=always
RestartSec=2
TimeoutStopSec=15
User={user}
StandardOutput=journal
StandardError=journal
SyslogIdentifier=news-monitor
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
UMask=0077
ReadWritePaths={data}

[Install]
WantedBy=multi-user.target
"""


def service_unit(*, command: Path, config: Path, data: Path, user: str) -> str:
    """Return the text of the unit. `command` is the installed program, `data` the folder that it writes to; all paths are absolute."""
    return _UNIT.format(command=_quoted(command), config=_quoted(config), data=_quoted(data), user=user)


def _quoted(path: Path) -> str:
    """Return a path as systemd reads it: a per cent sign is doubled, a space needs quotes."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if " " in text else text
