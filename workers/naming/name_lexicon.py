"""The words by which English newspapers show what a name is: titles, offices, what an organisation or a place calls itself."""

from __future__ import annotations

from typing import Final

FORMS_OF_ADDRESS: Final = frozenset(
    "Mr Mr. Mrs Mrs. Ms Ms. Dr Dr. Gen Gen. Sen Sen. Rep Rep. Col Col. Lt Lt. Maj Maj. Gov Gov. Sgt Sgt. Prof Prof. Capt Capt. Rev Rev. "
    "Hon Hon. Cmdr Cmdr. Adm Adm. President Minister Premier King Queen Prince Princess Secretary Senator General Chancellor Professor "
    "Sheikh Sheik Ayatollah Pope Judge Justice Governor Mayor Ambassador Director Chairman Chairwoman Captain Major Colonel Sir Lord Lady "
    "Speaker Commissioner Detective Inspector Superintendent Officer Coach Emir Sultan Imam Rabbi Reverend Archbishop Cardinal Bishop "
    "Emperor Empress Duke Duchess Earl Count Countess Baron Baroness Archduke Admiral Commander Sergeant Lieutenant Corporal Private "
    "CEO MP MPs Doctor Congressman Congresswoman Councillor Representative Saint Brother Sister Father Mother Uncle Aunt Spokesman "
    "Spokeswoman Spokesperson Deputy Prime-minister Herr Frau Monsieur Mullah Maulana Taoiseach Chairperson Envoy Attorney-General".split()
)
OFFICE_BEGINNINGS: Final = frozenset(
    "Prime Foreign Defense Defence Interior Finance Vice State Chief Deputy Former Attorney First Lieutenant Crown Supreme Executive "
    "Managing Assistant Acting Grand Brigadier Major Rear Joint High Senior Special Staff Second Security Then Secretary Police Fire Home".split()
)
OFFICE_ENDS: Final = FORMS_OF_ADDRESS | frozenset(
    {"Executive", "Officer", "Staff", "Leader", "Justice", "Lady", "Constable", "Adviser", "Advisor"}
)
OCCUPATIONS: Final = frozenset(
    "mr mrs ms dr prof president minister premier chancellor king queen prince princess sultan emir sheikh sheik ayatollah pope cardinal "
    "bishop archbishop imam rabbi secretary senator congressman congresswoman governor mayor judge justice general colonel lieutenant major "
    "captain sergeant corporal admiral commander ambassador spokesman spokeswoman spokesperson director chairman chairwoman chief leader "
    "ceo coach manager sir lady lord professor commissioner mp lawmaker envoy analyst economist journalist activist author actor actress "
    "singer brother sister wife husband father mother son daughter striker midfielder goalkeeper inspector superintendent detective "
    "officer attorney lawyer deputy candidate researcher reporter correspondent rival successor predecessor colleague friend named called "
    "writer poet composer drummer guitarist bassist vocalist producer director historian philosopher physicist biologist scientist novelist "
    "politician nominee boss head founder co-founder opponent photographer comedian rapper teammate aide adviser advisor".split()
)
ORGANISATION_HEADS: Final = frozenset(
    "Ministry Department University College Institute School Inc Inc. Corp Corp. Corporation Co Co. Company Ltd Ltd. PLC Plc plc LLC GmbH AG "
    "SA Group Holdings Bank Council Committee Commission Party Front Movement Union Association Organization Organisation Federation "
    "Confederation League Alliance Coalition Agency Authority Bureau Office Service Services Forces Force Army Navy Guard Guards Brigade "
    "Brigades Police Court Parliament Assembly Senate Congress Government Administration Foundation Fund Society Club FC F.C. Times Post "
    "Herald Tribune Journal Daily News Press Radio TV Television Network Airlines Airways Air Motors Industries Systems Technologies Partners "
    "Board Center Centre Jihad Militia Corps Embassy Exchange Cabinet Trust Team Academy Church Museum Library Studios Records Magazine "
    "Review Watch Rovers Wanderers Athletic Orchestra Band Regiment Battalion Division Squadron Fleet Command Directorate Secretariat "
    "Consulate Seminary Conservatory Theatre Theater Opera Symphony Choir Dynasty Tribe Entertainment Pictures Productions Publishing "
    "Software Electronics Pharmaceuticals Laboratories Labs Energy Petroleum Oil Steel Railway Railways Railroad Insurance Securities "
    "Capital Ventures Consulting Communications Telecom Broadcasting Channel Gazette Chronicle Observer Mirror Telegraph Ministries "
    "Department's Caucus Convention Chamber Taskforce Mission Programme Program Initiative Campaign Senators Sox Tigers Giants Bulls".split()
)
PLACE_HEADS: Final = frozenset(
    "Hospital Airport Street St. Road Avenue Square River Lake Sea Ocean Bay Gulf Strait Island Islands Mountain Mountains Mount Valley "
    "Desert Province District County Region Governorate Oblast Peninsula Bridge Canal Camp Prison Park Port Harbor Harbour Coast Heights "
    "Hills Forest Beach Stadium Palace Tower Towers Hotel Temple Mosque Cathedral Crossing Strip City Town Village Station Highway Plaza "
    "Creek Plains Falls Base Basin Delta Cape Point Hill Isle Boulevard Lane Drive Gardens Castle Reservoir Dam Glacier Arena Field Speedway "
    "Kingdom Republic Empire Territory Corridor Belt Hall Abbey Zoo Dome Memorial Cemetery Penitentiary Blvd Ave Municipality Township "
    "Borough Parish Prefecture Raion House Brook Pond Junction Estate Cave Gym Dock Docks Rink Courthouse Oval Fields Farm Marsh Mall Woods Wood Railway-station Gate Monument Volcano Wadi Pass Plateau Ridge Canyon Archipelago Reef Fjord Airfield Terminal".split()
)
PLACE_BEGINNINGS: Final = frozenset(
    "Mount Lake Cape Fort Port San Santa Saint St. North South East West Northern Southern Eastern Western Central Upper Lower New Mt. Ft. "
    "Los Las El La Rio Southeast Southwest Northeast Northwest Greater Camp".split()
)
ALWAYS_PLACE: Final = frozenset({"Mount", "Lake", "Cape", "Fort", "Mt.", "Ft.", "Camp"})
OF_PLACE: Final = frozenset(
    "Republic Kingdom Gulf Bay Sea Strait Straits Isle Cape Province City Town State County District Emirate Duchy Territory Valley "
    "Temple Battle Mount Horn Tower".split()
)
OF_BOTH: Final = frozenset(
    "Ministry Minister Department Committee Commission Organization Organisation Bureau Center Centre Office Institute Foundation "
    "Association Fund Agency Secretary Council Academy Museum Board Society School University Authority".split()
)
"""Heads that take more than one field: the Ministry of Health and Welfare."""
FIELDS: Final = frozenset(
    "State Defense Defence Foreign Affairs Interior Finance Health Justice Education Energy Labor Labour Transport Commerce Treasury "
    "Homeland Security Staff Agriculture War Information Culture Trade Industry Environment Economy Economic Public Social Welfare "
    "Planning Tourism Housing Works National Relations Water Science Technology Communications Development External Internal Home "
    "Human Services Veterans Intelligence Religious Women Children".split()
)
CALENDAR: Final = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November "
    "December Jan Jan. Feb Feb. Mar Mar. Apr Apr. Aug Aug. Sept Sept. Sep Sep. Oct Oct. Nov Nov. Dec Dec. Christmas Easter Ramadan Mondays "
    "Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays Eid Hanukkah Passover Thanksgiving Halloween GMT EST BST UTC PST AM PM BC AD "
    "Internet Web Net English I'm I've I'd I'll I O Ph.D Ph.D. OK Oh".split()
)
SPEAKING: Final = frozenset(
    "said says told added adds tells warned asked explained wrote insisted noted argued claimed announced stressed declared tweeted recalled "
    "admitted denied himself herself who whose replied responded explains insists recalls argues notes believes thinks".split()
)
IN_PLACE: Final = frozenset(
    "in at from near outside inside across throughout toward towards around into to visiting visit leave leaving off northern southern "
    "eastern western central north south east west southeast southwest northeast northwest neighbouring neighboring downtown upstate".split()
)
STRONGLY_IN: Final = frozenset(
    "in near outside inside across throughout visiting northern southern eastern western central downtown neighbouring neighboring".split()
)
NOT_ORGANISATIONS: Final = frozenset(
    "TV PM AM CEO MP MPs DNA AIDS HIV COVID GDP GMT EST DVD CD PC IT ID GPS SUV UFO OK II III IV VI VII VIII IX I A AI IED IEDs NGO NGOs "
    "SMS PDF HTML USD VIP BC AD RT LOL TB IQ ATM CDs DVDs PCs EP LP DJ VHS UTC BST ET PST XI XII URL WWW FAQ HD 3D 2D PR HR CFO COO CTO "
    "LGBT LGBTQ CCTV MBA PHD BA BSC DNA RNA STD UN-led WMD ICBM UAV UAVs IDP IDPs NB PS OMG LMAO LMFAO WTF SMH IDK TBH FYI ASAP RIP DIY".split()
)
OTHER_HEADS: Final = frozenset(
    "Cup Trophy Award Awards Prize Act Agreement Accord Accords Day Days Show War Wars Treaty Bill Law Index Games Olympics Championship "
    "Championships Tournament Open Festival Constitution Declaration Protocol Convention Summit Conference Revolution Rebellion Uprising "
    "Massacre Plan Pact Resolution Medal Era Age Century Week Month Year Season Series Tour Project Operation Disease Syndrome Theory "
    "Theorem Effect Language Album Song Symphony Bible Quran Koran Gospel Talk Talks Affair Scandal Report Reports Test Tests Marathon "
    "Derby Grand Prix Race Stakes Line Class Amendment Code Convoy Hurricane Typhoon Cyclone Street-art Weekly-show Movie Film Book Novel".split()
)
"""Last words of names that are neither persons nor organisations nor places."""
PLACE_NOUNS: Final = frozenset(
    "village town city county district province region state island river lake municipality suburb hamlet neighbourhood neighborhood "
    "commune parish mountain valley port capital country area township settlement camp prefecture governorate peninsula borough".split()
)
INSIDE_NAMES: Final = frozenset("of de del bin ibn bint von van der al el la di da du dos do ben le den des & al- und y e".split())
NAME_PARTICLES: Final = frozenset("bin ibn ben bint von van der den de del da di al el la le du dos y abu ter".split())
STARTERS: Final = frozenset(
    "The A An In On At But And For After As This That It He She They We You His Her Its Their Our My Your When While If Some Many All Both "
    "Two Three Four Five Six Seven Eight Nine Ten Former Under With From By Of Earlier Last Meanwhile However Although Since Also Another "
    "Despite During Following Officials Police These Those There Then To Or So Not No Yes What Who Why How Where Which Because Before "
    "Between Among Against About Over Into Through Until Though Thus Therefore Here Now Today Yesterday Recently According Other Others "
    "Several Such Each Every Most More Much Only Even Still Just Once Later Including Like Unlike Within Without Upon Nor Yet One First "
    "Second Third Next Recent Please Let Can Will Would Could Should May Might Must Do Does Did Is Are Was Were Has Have Had Be "
    "Thousands Hundreds Dozens Millions Sources Critics Experts Residents Photographs Image Photo File Anti Pro Non Pre Post Mid".split()
)
"""Words that begin a sentence and no name."""
