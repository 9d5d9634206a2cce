"""The database, the only truth. One module for each noun; its functions take a Connection and leave the transaction to the caller."""
