"""What articles say, pure: folding and matching, entities, languages, stories, and what is told of them.

matcher     a watch list compiled, held against a document
query/      the query language: tree, parser, printing, checks
compile     terms → patterns and programs; fold, spellings, scripts prepare them
stories     which story an article belongs to; sketch, lead
alerts      when a match is an alert
payload     the content of an alert; snippet cuts its text
routes      who is told
"""
