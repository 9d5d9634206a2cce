"""The words by which names vary: titles, particles, legal forms, nicknames, family names that stand first."""

from __future__ import annotations

from typing import Final

AL: Final = "al"
"""Stands for the Arabic article, however a name writes it."""
SMALL: Final = {"al": AL, "el": AL, "ul": AL, "bin": "bin", "ben": "bin", "ibn": "bin", "bint": "bin"} | dict.fromkeys(
    "von van der den de del della di da do dos du la le las los zu zur ter ten af y e".split(), ""
)
"""The particles of names, each with the one it is compared as; those with none are dropped without a trace."""
JOINING: Final = frozenset("and of for the et und".split())
"""Small words inside the names of organisations."""

DEPARTMENTS: Final = frozenset(
    "state defense defence foreign external internal affairs interior justice finance health energy transport transportation trade commerce "
    "homeland security education treasury labor labour agriculture environment culture war economy information".split()
)
"""What a secretary or minister is of, before the name."""
COURTESY: Final = frozenset("mr mrs ms miss mx dr prof professor herr frau monsieur madame senor senora".split())
"""Titles that anybody may have."""
OFFICES: Final = frozenset(
    "president premier chancellor kanzler bundeskanzler bundeskanzlerin minister ministerin ministre ministro prasident prasidentin "
    "presidente vice prime foreign finance defence defense interior justice health deputy secretary general attorney governor gov mayor senator "
    "sen rep representative congressman congresswoman ambassador envoy commissioner chairman chairwoman chair director chief executive "
    "speaker judge marshal gen colonel col major maj captain capt lieutenant lt sergeant sgt admiral adm commander officer inspector "
    "detective superintendent councillor leader rev reverend treasurer spokesman spokeswoman".split()
)
FIRST_NAME_FOLLOWS: Final = frozenset(
    "sheikh shaikh sheik prince princess king queen emperor pope sir dame lady lord saint st imam cardinal archbishop bishop".split()
)
"""Titles after which a first name stands."""
TITLES: Final = COURTESY | OFFICES | FIRST_NAME_FOLLOWS
NO_NAME: Final = frozenset(
    "a an the this that these those in on at by from to with after before during under over when while as but if and or nor so yet because "
    "he she it they we you i his her its their our my your who what where why how not no former late new mother father brother sister son "
    "daughter wife husband said says told monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december meanwhile however".split()
)
"""Words that begin no name, though they may have a capital."""
NAME_SUFFIXES: Final = frozenset("jr sr ii iii iv junior senior".split())
ABBREVIATED: Final = frozenset("mr mrs ms dr prof gen col maj capt lt sgt adm sen rep gov st rev hon jr sr inc ltd co corp".split())
"""Words after which a dot ends no sentence."""

FREQUENT_SURNAMES: Final = frozenset(
    "smith johnson williams brown jones davis miller wilson moore taylor anderson thomas jackson white harris martin thompson robinson clark "
    "lewis lee walker hall allen young king wright scott green baker adams nelson hill campbell mitchell roberts carter phillips evans turner "
    "parker collins edwards stewart morris rogers reed cook morgan bell murphy bailey cooper richardson cox howard ward peterson gray james "
    "watson brooks kelly price bennett wood ross henderson foster ford hamilton graham hughes long myers sanders garcia martinez rodriguez "
    "hernandez lopez gonzalez perez sanchez torres flores rivera gomez diaz fernandez silva santos khan ali ahmed ahmad hassan hussein "
    "mohammed muhammad mohamed mohammad ibrahim abdullah rahman malik shah singh kumar sharma patel gupta kim park choi wang li zhang liu chen "
    "yang huang zhao wu zhou xu sun nguyen tran ivanov petrov muller schmidt schneider fischer".split()
)
"""Family names that many bear, so that less of a name is not enough."""
FAMILY_FIRST: Final = frozenset(
    "kim lee park choi moon pak choe jang yoon han xi li wang zhang chen liu yang huang zhao wu zhou hu mao deng jiang wen nguyen tran pham "
    "le".split()
)
"""Family names of peoples who write them first."""

_NICKNAMES: Final = (
    "theodore ted", "benjamin ben", "william bill will", "robert bob rob", "joseph joe", "michael mike", "james jim", "edward ed eddie",
    "thomas tom", "charles chuck charlie", "bernard bernie", "anthony tony", "christopher chris", "daniel dan", "donald don", "timothy tim",
    "stephen steve", "steven steve", "richard rick dick", "samuel sam", "kenneth ken", "andrew andy", "lawrence larry", "gregory greg",
    "matthew matt", "nicholas nick", "patrick pat", "ronald ron", "barack barry",
)  # fmt: skip
NICKNAMES: Final = {line.split()[0]: frozenset(line.split()[1:]) for line in _NICKNAMES}

_LEGAL_FORMS: Final = (
    "ltd limited", "llc ooo too", "inc incorporated corp corporation", "plc", "jsc oao ao pao ojsc pjsc cjsc zao", "ag aktiengesellschaft",
    "gmbh", "sa spa as", "nv bv", "srl sarl sro", "lp llp", "ab oy asa", "co company", "pty pte pt kg se kk kgaa",
)  # fmt: skip
LEGAL_FORMS: Final = {form: line.split()[0] for line in _LEGAL_FORMS for form in line.split()}
"""Legal forms, each with the one that stands for all that mean the same."""
LEGAL_PHRASES: Final = {
    ("joint", "stock", "company"): "jsc", ("limited", "liability", "company"): "llc", ("public", "limited", "company"): "plc",
    ("societatea", "cu", "raspundere", "limitata"): "srl", ("open", "joint", "stock", "company"): "jsc",
    ("public", "joint", "stock", "company"): "jsc",
}  # fmt: skip

BUSINESS: Final = frozenset(
    "share shares stock stocks profit profits revenue revenues sales earnings ceo firm company companies maker shareholder shareholders "
    "investor investors quarter merger takeover dividend bond bonds ipo plc inc ltd corp customers store stores retailer brand gewinn "
    "aktie aktien umsatz konzern meldet benefice action actions acquires acquired unveils unveiled".split()
)
"""Words that show a name beside them to be a company's."""
NUMBERS: Final = {word: str(value) for value, word in enumerate("zero one two three four five six seven eight nine ten".split())} | {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th",
}  # fmt: skip
