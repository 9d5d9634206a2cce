"""Alerts in the shape that each receiver wants. Pure: settings and times come in, finished bytes go out."""
