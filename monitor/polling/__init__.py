"""Where articles come from: feeds asked politely, folders watched.

poller      claims what is due, polls it, stores what came
poll        one poll: ask, parse, decide; nothing is stored here
decide      what a poll means for a feed (pure)
fetch       the one door to the web: conditions, limits, redirects by hand
guard       which addresses may be dialled for a stranger's URL
decode      compressed bodies, in bounded steps
failures    what went wrong, as a name and a sentence
parsing     the parser in a process of its own
diagnose    one poll explained, storing nothing
fulltext    the article behind a link
folders     documents on disk: noticed as they come
notices     what the operating system tells of folders
backlog     files that were found and are still to be read
reading     finding and reading one file
intake      from files to stored articles
"""
