"""The database, the only truth: one module per noun, whose functions take a Connection and leave the transaction to the caller."""
