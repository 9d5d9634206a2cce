"""XML from strangers: no entity is expanded, nothing is loaded from anywhere, nothing grows beyond lxml's limits."""

from __future__ import annotations

from lxml import etree


def tree(body: bytes, *, recover: bool = False) -> etree._Element:
    """The root of a document, without comments and processing instructions; etree.XMLSyntaxError or ValueError if it is not well-formed.

    With `recover` as much is read as can be; a document of which nothing can raises all the same.
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
