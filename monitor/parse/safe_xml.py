"""Parse untrusted XML: no entities are expanded, nothing is loaded, and lxml's size limits apply."""

from __future__ import annotations

from lxml import etree


def parse_xml(body: bytes, *, recover: bool = False) -> etree._Element:
    """Return the root of a document without comments and processing instructions.

    Raises etree.XMLSyntaxError or ValueError if it is not well-formed; with `recover` only if nothing can be read.
    """
    parser = etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    return etree.fromstring(body, parser)
