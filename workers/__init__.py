"""The working half: **scan** finds what matches and raises alerts, **deliver** sends them.

jobs        every function that RQ may call
scan        load | decide | record
deliver     load | send | settle
send        the only outgoing POST
extract/    matching, stories, alerts (pure)
render/     webhook, Slack and other shapes; signatures (pure)
"""
