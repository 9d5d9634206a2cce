"""The watch-query language: text to tree (parse), tree to text (format), and what a watch list demands of its queries (check)."""
