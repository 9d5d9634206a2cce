"""Documents in the formats of agencies and authorities, invented."""

from __future__ import annotations

_CAP = "urn:oasis:names:tc:emergency:cap:1.2"


def cap(
    identifier: str, *, kind: str = "Alert", references: str = "", hour: int = 8, event: str = "Flood", info: bool = True
) -> str:
    """Return a warning of level "Severe" for Upper Halden and Nether Halden, sent at an hour of 21 March 2024."""
    about = (
        f"<info><language>en-GB</language><category>Met</category><event>{event}</event><urgency>Expected</urgency><severity>Severe</severity>"
        "<certainty>Likely</certainty><expires>2024-03-22T08:00:00Z</expires><senderName>Halden Water Board</senderName>"
        f"<headline>{event} warning for the Halden valley</headline><description>The river rises.\n\nRoads will\nclose.</description>"
        "<instruction>Stay away from the banks.</instruction><web>https://water.example/w/1</web>"
        "<area><areaDesc>Upper Halden</areaDesc></area><area><areaDesc>Nether Halden</areaDesc></area></info>"
    )
    refers = f"<references>{references}</references>" if references else ""
    return (
        f'<alert xmlns="{_CAP}"><identifier>{identifier}</identifier><sender>desk@water.example</sender>'
        f"<sent>2024-03-21T{hour:02}:00:00+00:00</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>"
        f"<note>The river fell.</note>{refers}{about if info else ''}</alert>"
    )


def reference(identifier: str, hour: int = 8) -> str:
    """Return how a later message refers to one of these warnings."""
    return f"desk@water.example,{identifier},2024-03-21T{hour:02}:00:00+00:00"


NITF = (
    '<?xml version="1.0"?><nitf><head><title>slug</title><docdata><doc-id id-string="halden-17"/><date.issue norm="20240321T080000Z"/>'
    '<key-list><keyword key="harbour"/></key-list></docdata></head><body><body.head><hedline><hl1>Harbour reopens</hl1>'
    "<hl2>First ships leave</hl2></hedline><byline>By <person>A. Reporter</person></byline><dateline><location>HALDEN</location></dateline>"
    "</body.head><body.content><p>The harbour of Halden has reopened.</p><p>Ten ships left.</p></body.content></body></nitf>"
)


def newsml(version: int = 1, *, status: str = "usable", headline: str = "Harbour reopens") -> str:
    """Return a message with a text, its picture and a package that lists both."""
    return (
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2024-03-21T08:00:00Z</sent></header><itemSet>'
        '<packageItem guid="urn:example:pkg" version="1"><itemMeta><versionCreated>2024-03-21T08:00:00Z</versionCreated></itemMeta>'
        '<contentMeta><headline>Top news</headline></contentMeta><groupSet root="r"><group id="r"><itemRef residref="urn:example:17"><title>Harbour'
        " reopens</title></itemRef></group></groupSet></packageItem>"
        f'<newsItem guid="urn:example:17" version="{version}" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/>'
        f'<versionCreated>2024-03-21T{7 + version:02}:00:00Z</versionCreated><firstCreated>2024-03-21T08:00:00Z</firstCreated><pubStatus qcode="stat:{status}"/>'
        '<edNote>Adds detail</edNote></itemMeta><contentMeta><by>By A. Reporter</by><language tag="en-GB"/>'
        f'<headline>{headline}</headline><slugline>HALDEN-HARBOUR</slugline><subject qcode="x:1"><name>Shipping</name></subject></contentMeta>'
        '<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        "<body><p>The harbour of <b>Halden</b> has reopened.</p><p>Ten ships left.</p></body></html></inlineXML></contentSet></newsItem>"
        '<newsItem guid="urn:example:18" version="1"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta><contentMeta><headline>A ship</headline></contentMeta>'
        '<contentSet><remoteContent href="https://p.example/1.jpg" contenttype="image/jpeg"/></contentSet></newsItem></itemSet></newsMessage>'
    )


NINJS = (
    '{"uri": "urn:example:17", "type": "text", "version": "2", "versioncreated": "2024-03-21T09:00:00Z", "firstcreated": "2024-03-21T08:00:00Z", '
    '"pubstatus": "usable", "language": "en", "headline": "Harbour reopens", "byline": "A. Reporter", "subject": [{"name": "Shipping"}], '
    '"place": [{"name": "Halden"}], "body_xhtml": "<p>The harbour of Halden has reopened.</p><p>Ten ships left.</p>"}'
)
NINJS_2 = (
    '{"uri": "urn:example:18", "versionCreated": "2024-03-21T09:00:00Z", "headlines": [{"role": "main", "value": "Bridge closes"}], '
    '"bodies": [{"contenttype": "text/plain", "value": "The bridge of Halden is closed."}]}'
)

IPTC_7901 = (
    b"\x16\x16\x01hal0017 4 POL 00012\r\r\nHalden-harbour\r\r\n\x02Harbour reopens\r\r\n\r\r\nThe harbour of Halden has reopened, the port said.\r\r\n"
    b"Ten ships left.\r\r\n\x03210800 GMT MAR 24\r\r\n\x04"
)
ANPA = (
    b"\x16\x16\x01a0017\x1freuters\r\n\x1fr i \x13bc-halden-harbour 03-21 0012\r\n\x02^BC-HALDEN-HARBOUR,0012<\n^Harbour reopens<\n"
    b"   The harbour of Halden has reopened, the port said.<\n   Ten ships left.<\n\x03\r\nHP-NY-03-21-2024 0800EST\r\n\x04"
)
