"""The source kind `mailbox`: folders of mail servers, read over IMAP as messages arrive."""
