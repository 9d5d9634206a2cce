"""The words by which asides are known: headings of link lists, names of classes, addresses to share at."""

from __future__ import annotations

import re

from monitor.domain.aside import AsideReason

MAX_LABEL = 80
"""Characters of a heading over a list of links, at most."""

_RELATED_LABELS = (
    # English
    r"related(?: (?:stories|articles?|news|posts?|content|topics|links?|coverage|reading|items|story|videos?))?",
    r"(?:the )?(?:most|more) (?:read|popular|viewed|shared|commented|watched|discussed)(?: (?:stories|articles|news|posts|today|this week|now|on .{2,40}|in .{2,40}))?",
    r"(?:also )?read (?:more|also|next|this next)(?: (?:on this|about this|here|stories|news))?|also read|read more (?:from|on|about) .{2,40}",
    r"more (?:on this(?: story| topic)?|stories|like this|articles|headlines|to read|coverage|reading)(?: .{2,40})?|more (?:from|on|about|in) .{2,40}",
    r"trending(?: (?:now|stories|news|today|articles|topics|on .{2,40}))?|popular(?: (?:posts|stories|articles|now|news))?|what'?s trending",
    r"recommended(?: (?:for you|stories|reading|articles|videos|links))?|you (?:may|might)(?: also)?(?: be)? (?:like|interested in|enjoy)(?: .{2,20})?",
    r"see also|also see|see more|don'?t miss|in case you missed it|icymi|editor'?s'? (?:picks?|choice)|what to read next|up next|keep reading|further reading",
    r"(?:from )?around the web|from our partners|sponsored(?: (?:content|links?|stories))?|promoted(?: (?:content|stories))?|advertisement",
    r"(?:also )?(?:in|elsewhere (?:in|on)) (?:the|our|this) (?:news|site|web|section)|elsewhere|(?:today'?s )?(?:must|best|top) reads?|other (?:stories|news|articles|headlines|posts)|(?:previous|earlier) (?:stories|articles|posts|coverage)",
    # German, Dutch, Scandinavian, Finnish
    r"mehr (?:zum thema|dazu|lesen|artikel|nachrichten|von .{2,40}|aus .{2,40})|lesen sie (?:auch|mehr|hier .{2,40})|auch (?:interessant|lesenswert)|(?:am )?meist(?:en )?gelesene?n?(?: artikel)?",
    r"weitere (?:artikel|meldungen|nachrichten|themen|beiträge|infos?)|zum thema|(?:das )?könnte (?:sie|dich|ihnen) (?:auch )?(?:interessieren|gefallen)|(?:ähnliche|verwandte|beliebte) (?:artikel|beiträge|themen)",
    r"lees (?:ook|meer|verder)|(?:best|meest) gelezen|gerelateerde?(?: artikelen| berichten)?|läs (?:mer|också|även|vidare)|mest läst[ae]?|læs (?:også|mere)|mest læste|les (?:også|mer)|mest lest|lue (?:myös|lisää)|luetuimmat",
    # French, Spanish, Portuguese, Italian, Romanian, Catalan
    r"(?:[àa] )?(?:lire|voir) (?:aussi|également|plus)|sur le même (?:sujet|thème)|les plus (?:lus|populaires)|articles? (?:liés?|similaires?|connexes?)|pour aller plus loin|dans la même rubrique|plus d'articles",
    r"(?:lea|lee|leer|ver|vea) (?:también|más)|(?:te|le) puede interesar|también (?:te|le) puede interesar|(?:lo )?más (?:leíd[oa]s?|vist[oa]s?|popular(?:es)?)|(?:noticias|artículos|notas|contenidos) relacionad[oa]s|relacionad[oa]s?|más (?:noticias|información|sobre .{2,40})",
    r"(?:leia|veja|saiba|ver) (?:mais|também)|(?:as )?mais lidas|(?:notícias|artigos|matérias) relacionad[oa]s|leggi anche|(?:i |gli articoli )?più letti|articoli (?:correlati|più letti)|correlati|potrebbe(?:ro)? interessarti|vedi anche|cite[sș]te [sș]i|cele mai citite",
    # Slavic, Hungarian, Greek, Turkish
    r"читайте (?:также|ещё|еще)|(?:самое )?(?:читаемое|популярное|обсуждаемое)|(?:материалы |новости |ещё |еще )?по теме|смотрите также|читайте також|(?:за|по) тем[іоу]ю?|czytaj (?:też|także|więcej|również)|zobacz (?:też|także|również)|najczęściej czytane|powiązane(?: artykuły)?",
    r"čtěte také|nejčtenější|prečítajte si (?:aj|tiež)|pročitajte (?:i|još)|olvassa el(?: .{2,20})?|kapcsolódó(?: cikkek)?|legolvasottabb|διαβάστε (?:επίσης|ακόμη|ακόμα|και)|δημοφιλή|(?:en )?çok okunan(?:lar)?|ilgili haberler|(?:bunlar da )?ilginizi çekebilir",
    # Arabic, Hebrew, Persian, Urdu, Hindi
    r"[اإ]قر[أا] (?:أيض[اً]+|ايضا|المزيد|كذلك)|ال[أا]كثر قراءة|(?:مواضيع|أخبار|مقالات|اخبار) (?:ذات صلة|متعلقة)|קראו (?:עוד|גם)|הנקראות ביותר|(?:כתבות|עוד) (?:נוספות|בנושא)|بیشتر بخوانید|پربازدیدترین‌?ها|(?:مطالب|اخبار|خبرهای) مرتبط|مزید پڑھیں|(?:यह|ये) भी पढ़ें|संबंधित (?:खबरें|ख़बरें|समाचार)",
    # East and South-East Asian
    r"相[关關](?:阅读|閱讀|新闻|新聞|文章|报道|報道|报导|報導|链接|連結)|热门(?:文章|新闻|推荐|阅读)|熱門(?:文章|新聞)|(?:延伸|推荐|推薦|更多)(?:阅读|閱讀|新闻|新聞)|関連(?:記事|ニュース|リンク|トピックス)|人気記事|アクセスランキング|あわせて読みたい|おすすめ(?:の)?記事",
    r"관련\s?(?:기사|뉴스)|많이 본 (?:기사|뉴스)|인기\s?(?:기사|뉴스)|baca juga|berita (?:terkait|terpopuler|lainnya)|terpopuler|xem thêm|đọc (?:thêm|nhiều nhất)|tin liên quan|อ่านเพิ่มเติม|ข่าวที่เกี่ยวข้อง",
)
_AUTHOR_LABELS = r"about the authors?|über den autor|über die autorin|à propos de l'auteure?|sobre (?:el|la|o|a) autora?|об авторе|(?:l'autore|sull'autore)"
_SHARE_LABELS = r"share(?: (?:this|on|via|with)(?: .{1,40})?)?|follow (?:us|me)(?: (?:on|at) .{1,60})?|like us on .{1,40}|(?:artikel )?teilen|partager|compartir|compartilhar|condividi|поделиться|شارك|分享"

LABEL = re.compile("|".join(_RELATED_LABELS), re.IGNORECASE)
AUTHOR_LABEL = re.compile(_AUTHOR_LABELS, re.IGNORECASE)
SHARE_LABEL = re.compile(_SHARE_LABELS, re.IGNORECASE)
LABEL_IN_LINK = re.compile(rf"(?:{'|'.join(_RELATED_LABELS)})\s*[:：>»|]\s*\S.*", re.IGNORECASE | re.DOTALL)
EDGES = " \t\n:：.…·•‣▪◦►▶»›>|–—-―*#\xa0[]()【】「」"
"""Characters around a label that say nothing."""

SHARE_ADDRESS = re.compile(
    r"facebook\.com/(?:sharer|share|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?)|linkedin\.com/(?:share|cws)|wa\.me/\?|whatsapp(?:://|\.com/)send"
    r"|(?:t|telegram)\.me/share|reddit\.com/submit|pinterest\.[a-z.]+/pin/create|^mailto:\?|getpocket\.com/(?:save|edit)|bsky\.app/intent"
    r"|digg\.com/submit|feeds\.feedburner\.com/~ff|addtoany\.com|vk\.com/share|tumblr\.com/(?:share|widgets/share)|news\.ycombinator\.com/submitlink",
    re.IGNORECASE,
)
SUBSCRIBE = re.compile(
    r"(?:(?:sign up|signup|subscribe|register|join)\b.{0,80}\bnewsletters?\b|(?:abonnieren|abonnez|suscr[ií]b|assine|iscriviti)\w*\b.{0,80}\bnewsletters?\b)",
    re.IGNORECASE | re.DOTALL,
)
FOLLOW = re.compile(r"(?:please )?(?:follow|like|find|join) (?:us|our channel|our page|@\w+)\b.{0,20}\bon\b", re.IGNORECASE)
ORIGIN = re.compile(
    r"(?:the post .{1,400} (?:appeared first|first appeared) on .{1,200}"
    r"|(?:der beitrag|l'article|la entrada|o post|l'articolo|het bericht|пост|запись|сообщение) .{1,400} "
    r"(?:erschien zuerst auf|est apparu en premier sur|se publicó primero en|apareceu primeiro em|proviene da|verscheen eerst op|появил\w+ (?:сначала|впервые) на) .{1,200})",
    re.IGNORECASE | re.DOTALL,
)
_START, _END = r"(?:^|[\s_])(?:[a-z0-9]+[-_]{1,2}){0,3}", r"(?:[-_]{1,2}[a-z0-9]+){0,2}(?=[\s]|$)"
NAMES = (
    (
        re.compile(
            rf"{_START}(?:related(?:[-_]?(?:posts?|articles?|stories|content|links?|news|items?|story))|relatedposts|yarpp(?:[-_]related)?"
            rf"|most[-_]?(?:read|popular|viewed|shared|commented)|read[-_]?(?:also|next|more[-_]?(?:box|links?))|recirc(?:ulation)?|outbrain|taboola|more[-_]?stories)"
            rf"{_END}",
            re.IGNORECASE,
        ),
        AsideReason.RELATED,
    ),
    (
        re.compile(
            rf"{_START}(?:share(?:[-_]?(?:bar|buttons?|links?|tools?|this|icons?|box|post))|sharedaddy|sharethis|sharing|a2a_kit|addtoany(?:_share\w*)?|social[-_]?(?:share|sharing|links?|icons?|buttons?|follow)|feedflare)"
            rf"{_END}",
            re.IGNORECASE,
        ),
        AsideReason.SHARE,
    ),
    (
        re.compile(
            rf"{_START}(?:newsletter(?:[-_]?(?:signup|sign[-_]up|form|box|promo|cta|subscribe))|subscribe[-_]?(?:box|form|cta)|mailchimp\w*){_END}",
            re.IGNORECASE,
        ),
        AsideReason.NEWSLETTER,
    ),
    (
        re.compile(
            rf"{_START}(?:author[-_]?(?:bio|box|info|profile|card|about|description)|about[-_]?(?:the[-_])?author|saboxplugin(?:[-_]wrap)?){_END}",
            re.IGNORECASE,
        ),
        AsideReason.AUTHOR,
    ),
)
"""Patterns of the classes and ids of asides."""

HINTS = (
    *(
        "<ul",
        "<ol",
        "<aside",
        "<nav",
        "<footer",
        "<form",
        "related",
        "most read",
        "most-read",
        "mostread",
        "popular",
        "read more",
        "read also",
        "read next",
    ),
    *(
        "also read",
        "see also",
        "more from",
        "more on",
        "more stories",
        "trending",
        "recommended",
        "you may",
        "you might",
        "don't miss",
        "in case you",
    ),
    *(
        "keep reading",
        "around the web",
        "further reading",
        "sponsored",
        "other stories",
        "other news",
        "elsewhere",
        "also in ",
        "reads",
        "earlier stories",
        "previous ",
        "about the author",
    ),
    *(
        "sharer",
        "share this",
        "share on",
        "share:",
        "share-",
        "sharedaddy",
        "/intent",
        "newsletter",
        "follow us",
        "appeared on",
        "appeared first",
        "author-",
    ),
    *(
        "author_",
        "recirc",
        "outbrain",
        "taboola",
        "mehr ",
        "lesen sie",
        "meistgelesen",
        "weitere ",
        "interessieren",
        "beliebt",
        "lees ",
        "gelezen",
    ),
    *(
        "läs ",
        "læs ",
        "les også",
        "les mer",
        "lue ",
        "luetuimmat",
        "lire ",
        "voir aussi",
        "le même",
        "plus lus",
        "pour aller",
        "puede interesar",
    ),
    *(
        "también",
        "más le",
        "más no",
        "relacionad",
        "leia ",
        "veja ",
        "saiba ",
        "mais lidas",
        "leggi anche",
        "più letti",
        "correlati",
        "interessarti",
    ),
    *(
        "vedi anche",
        "citește",
        "citeste",
        "читайте",
        "популярное",
        "по теме",
        "смотрите",
        "популярне",
        "czytaj",
        "zobacz",
        "powiązane",
        "čtěte",
    ),
    *(
        "olvassa",
        "kapcsolódó",
        "διαβάστε",
        "δημοφιλή",
        "okunan",
        "ilgili",
        "اقر",
        "إقر",
        "الأكثر قراءة",
        "ذات صلة",
        "קראו",
        "הנקראות",
        "כתבות",
    ),
    *(
        "بخوانید",
        "مرتبط",
        "مزید",
        "भी पढ़ें",
        "संबंधित",
        "相关",
        "相關",
        "热门",
        "熱門",
        "延伸",
        "推荐",
        "推薦",
        "更多",
        "関連",
        "人気記事",
        "おすすめ",
    ),
    *(
        "あわせて",
        "관련",
        "많이 본",
        "baca juga",
        "terkait",
        "terpopuler",
        "xem thêm",
        "đọc ",
        "liên quan",
        "ข่าวที่เกี่ยวข้อง",
        "erschien zuerst",
    ),
    *(
        "est apparu",
        "se publicó",
        "apareceu primeiro",
        "proviene da",
        "verscheen eerst",
        "mailchimp",
        "yarpp",
        "feedflare",
        "addtoany",
        "a2a_kit",
    ),
)
"""Whatever holds an aside has one of these in small letters; most texts hold none, and one pass for all of them costs next to nothing."""
